//! Turns the pattern files into one table without their examples, so that starting costs one read of it. The
//! TOML files stay the one truth. A file that cannot be read stops the build with its place.

use packed::Packed as _;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "src/rules/syntax.rs"]
#[expect(dead_code, reason = "the build needs the reader only")]
mod syntax;

#[path = "src/rules/packed.rs"]
mod packed;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=patterns");
    println!("cargo::rerun-if-changed=src/rules/syntax.rs");
    println!("cargo::rerun-if-changed=src/rules/packed.rs");
    let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("patterns");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut rules = Vec::new();
    let mut sources = String::from("&[\n");
    for file in pattern_files(&folder)? {
        let source = fs::read_to_string(&file)?;
        let name = format!("patterns/{}", file.file_name().unwrap_or_default().to_string_lossy());
        let (read, faults) = syntax::read(&source);
        for fault in faults {
            let line = source[..fault.at.start.min(source.len())].matches('\n').count() + 1;
            println!("cargo::error={name}:{line}: {}", fault.message.replace('\n', " "));
        }
        for mut rule in read.file.rule {
            rule.examples.clear();
            rule.counterexamples.clear();
            rules.push(rule);
        }
        // By the folder of the crate that is compiled: clones may share a target folder.
        let _ = writeln!(
            sources,
            "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{name}\"))),"
        );
    }
    sources.push_str("]\n");
    let mut table = packed::Writer::default();
    rules.pack(&mut table);
    let table = table.table();
    fs::write(out.join("rules.bin"), readable(&table)?)?;
    fs::write(out.join("sources.rs"), sources)?;
    fs::write(
        out.join("given-names.bin"),
        given_names(&fs::read_to_string(folder.join("lists/given-names.txt"))?),
    )
}

/// The table, where it reads back as what it is: a program that cannot read its rules must not be built.
fn readable(table: &[u8]) -> io::Result<&[u8]> {
    // The build ends soon.
    let mut reader = packed::Reader::new(table.to_vec().leak()).ok_or(io::ErrorKind::InvalidData)?;
    let mut again = packed::Writer::default();
    reader.list(|rule: syntax::RuleSyntax| rule).pack(&mut again);
    let same = reader.is_done() && again.table() == table;
    if same { Ok(table) } else { Err(io::Error::other("the table of rules does not read back as written")) }
}

/// The given names as a table of hashes with open addressing, as `src/scan/names.rs` reads it.
fn given_names(list: &str) -> Vec<u8> {
    const SLOTS: usize = 1 << 16;
    let mut table = vec![0_u32; SLOTS];
    for line in list.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let name = line.trim_end_matches('?');
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(1_099_511_628_211)
        });
        let mut slot = (hash & 0xFFFF) as usize;
        while table[slot] != 0 {
            slot = (slot + 1) & 0xFFFF;
        }
        table[slot] = (((hash >> 32) as u32) | 2) & !1 | u32::from(line.ends_with('?'));
    }
    table.into_iter().flat_map(u32::to_le_bytes).collect()
}

/// The pattern files, by name; none where the folder is missing.
fn pattern_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
