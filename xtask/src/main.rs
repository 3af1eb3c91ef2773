//! The project's own commands: what CI runs, what generates committed files, what measures.
//!
//! Start reading at [`Command`]; each command lives in a module of its own name.

fn main() -> anyhow::Result<()> {
    Ok(())
}
