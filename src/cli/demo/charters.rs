//! The end of the demo: what each shipped charter says to the same prompts. Judged by the pipeline of the proxy,
//! without a network.

use crate::charter::scenario::Scenario;
use crate::charter::{Action, Charter};
use crate::cli::Output;
use crate::cli::charter::Judge;
use crate::demo::PROMPTS;
use crate::tools::{Catalogue, Tool};
use crate::user::User;
use jiff::civil::Date;
use std::io;
use std::sync::Arc;

/// The service that the demo speaks to.
const SERVICE: &str = "openai-api";

/// Prints the table, one row a charter: prompts of one fate stand together.
pub(super) fn table(today: Date, output: &mut Output) -> io::Result<()> {
    writeln!(output.out, "The same prompts under each shipped charter, by number:\n")?;
    let judge = Judge::new(|id, _| Charter::shipped(id).ok_or_else(|| format!("no charter is called {id}")));
    for id in Charter::shipped_ids() {
        let Some(charter) = Charter::shipped(id) else { continue };
        let Some(service) = service(&charter, today) else { continue };
        let fates = fates(&judge, charter.id(), &service.id, today);
        writeln!(output.out, "   {id:<15} {}: {fates}", service.name)?;
    }
    writeln!(output.out)
}

/// "block 1, 2 (art. 36); allow 3".
fn fates(judge: &Judge<'_>, charter: &str, tool: &str, today: Date) -> String {
    let mut fates: Vec<(String, String, Vec<String>)> = Vec::new();
    for (prompt, number) in PROMPTS.iter().zip(1..) {
        let scenario = Scenario::asking(tool, prompt.text, today);
        let (action, article) = match judge.judge(&scenario, charter) {
            Ok(outcome) => {
                let article = outcome.articles.first().filter(|_| outcome.action > Action::Allow);
                (
                    outcome.action.as_str().to_owned(),
                    article.map_or_else(String::new, |article| format!(" ({article})")),
                )
            }
            Err(reason) => (reason, String::new()),
        };
        match fates.iter_mut().find(|fate| (&fate.0, &fate.1) == (&action, &article)) {
            Some(fate) => fate.2.push(format!("{number}")),
            None => fates.push((action, article, vec![format!("{number}")])),
        }
    }
    let fates: Vec<String> = fates
        .into_iter()
        .map(|(action, article, prompts)| format!("{action} {}{article}", prompts.join(", ")))
        .collect();
    fates.join("; ")
}

/// The demo's service where the charter lets everybody use it, else the first that it lets everybody use, else
/// the demo's all the same.
fn service(charter: &Charter, today: Date) -> Option<Arc<Tool>> {
    let everybody = User::default();
    let allowed = |tool: &&Arc<Tool>| charter.standing(tool, &everybody, today).allowed;
    let catalogue = Catalogue::shipped();
    let usual = catalogue.by_id(SERVICE);
    usual.filter(allowed).or_else(|| catalogue.tools().iter().find(allowed)).or(usual).cloned()
}
