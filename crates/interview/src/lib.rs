//! Sessions, notebooks, hints, evidence and scores, and the SQL schema they live in.
