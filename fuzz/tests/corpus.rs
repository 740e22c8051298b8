//! What fuzzers found worth keeping, tried on every build.

use std::fs;
use std::path::Path;

#[test]
fn laws_hold_for_all_that_is_kept() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (name, check) in fuzz::LAWS {
        let inputs = fs::read_dir(corpus.join(name)).expect("a folder for each law");
        let mut checked = 0;
        for input in inputs {
            let path = input.expect("an entry").path();
            println!("{}", path.display());
            check(&fs::read(path).expect("bytes"));
            checked += 1;
        }
        assert!(checked > 0, "nothing is kept for {name}");
    }
}
