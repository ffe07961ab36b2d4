//! `guard completions` and `guard man`: generated from the one definition of the arguments.

use super::{Exit, Output};
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use std::io;

/// Arguments of `guard completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell to complete for
    shell: Shell,
}

/// Prints the completion script.
pub(super) fn completions(arguments: &Completions, output: &mut Output) -> io::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), "guard", &mut script);
    output.out.write_all(&script)?;
    Ok(Exit::Clean)
}

/// Prints the manual page.
pub(super) fn man(output: &mut Output) -> io::Result<Exit> {
    clap_mangen::Man::new(super::Arguments::command()).render(&mut output.out)?;
    Ok(Exit::Clean)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definition_of_the_arguments_is_sound() {
        super::super::Arguments::command().debug_assert();
    }
}
