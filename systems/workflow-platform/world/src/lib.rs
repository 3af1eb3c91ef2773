//! The world around the workflow platform: its databases, partners, customers and scenarios.
