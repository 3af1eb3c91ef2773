//! A multi-tenant workflow automation platform.
