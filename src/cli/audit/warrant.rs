//! Why somebody acts on events, in their own words: screened by the same detectors as what users justify, the
//! organisation's own included, before it enters the audit.

use crate::audit::remark::Remark;
use crate::audit::rights::Warrant;
use crate::cli::{Global, program, setup};
use crate::scan::{Hint, Scratch};
use jiff::Timestamp;

/// A warrant with this reason and case. `Err` says why they cannot be screened: nothing is done then.
pub(super) fn warrant(reason: Option<&str>, case: Option<&str>, global: &Global) -> Result<Warrant, String> {
    let loaded = program::configuration(global).map_err(|fault| fault.to_string())?;
    let scanner = setup::scanner_again(&loaded.config)?;
    let holds_value = |text: &str| {
        let (mut findings, mut scratch) = (Vec::new(), Scratch::default());
        scanner.scan(text.as_bytes(), &Hint::default(), &mut scratch, &mut findings);
        !findings.is_empty() || scratch.left_out() > 0
    };
    let remark = |text: &str| Remark::screened(text, holds_value);
    Ok(Warrant { reason: reason.map(remark), case: case.map(remark), now: Timestamp::now() })
}
