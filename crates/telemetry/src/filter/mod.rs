//! The filter language for spans and logs, and the pipe for figures.
