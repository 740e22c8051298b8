//! A network file: where a chain is reached, whose accounts and keys the names in a term sheet are, and which tokens
//! are its assets.
//!
//! ```toml
//! endpoint = "ws://127.0.0.1:9944"
//! confirmation = "best"                 # or "finalized", which is the default
//! derive = true                         # other names have keys derived from the deployer's
//! endowment = "1000"                    # native tokens that `apply` gives everybody in the term sheet
//!
//! [keys]
//! Deployer = { env = "SLUICE_DEPLOYER" }        # a phrase of words or a seed in hex, with a path or without
//! "Feeder one" = { file = "/run/secrets/feeder-one" }
//! Guardian = { known = "//Bob" }                # a key that everybody knows
//!
//! [accounts]
//! Governor = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"
//!
//! [assets]
//! create = true                         # what is not listed here, anyone may mint
//! USDX = "5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy"
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure, Context, Result};
use interfaces::types::AccountId;
use serde::Deserialize;
use subxt_signer::sr25519::Keypair;
use subxt_signer::{DeriveJunction, SecretUri};
use term_sheet::quantity::Decimal;
use term_sheet::Mistake;
use toml::Spanned;

use crate::address;

/// The name of the account that deploys.
pub const DEPLOYER: &str = "Deployer";

/// A network, as its file describes it.
#[derive(Debug)]
pub struct Network {
    /// Where it was read.
    pub file: PathBuf,
    /// The WebSocket of a node.
    pub endpoint: String,
    /// When a transaction counts as done.
    pub confirmation: Confirmation,
    /// Where the addresses of what is deployed are kept.
    pub state_file: PathBuf,
    /// Native whole tokens that everybody in a term sheet is given.
    pub endowment: Option<Decimal>,
    derive: bool,
    create_assets: bool,
    keys: BTreeMap<String, Source>,
    accounts: BTreeMap<String, AccountId>,
    assets: BTreeMap<String, AccountId>,
}

/// When a transaction counts as done, and which block is looked at.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Confirmation {
    /// Once it is in the best block: for development chains, which may not finalize.
    Best,
    /// Once its block is final.
    #[default]
    Finalized,
}

/// Where a key is kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Source {
    /// An environment variable.
    Env(String),
    /// A file, of one line.
    File(PathBuf),
    /// A path below the phrase of development chains, which is no secret.
    Known(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    endpoint: String,
    #[serde(default)]
    confirmation: Confirmation,
    #[serde(default)]
    derive: bool,
    endowment: Option<Spanned<String>>,
    state: Option<PathBuf>,
    keys: BTreeMap<String, Source>,
    #[serde(default)]
    accounts: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    assets: BTreeMap<String, Spanned<Asset>>,
}

/// An entry of `[assets]`: a token, or whether to create those that are not listed.
#[derive(Deserialize)]
#[serde(untagged)]
enum Asset {
    Create(bool),
    Token(String),
}

impl Network {
    /// Reads a network file.
    ///
    /// # Errors
    /// It cannot be read, or the first [`Mistake`] in it.
    pub fn load(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file)
            .with_context(|| format!("cannot read the network file {}", file.display()))?;
        Ok(Self::parse(file, &text)?)
    }

    fn parse(file: &Path, text: &str) -> Result<Self, Mistake> {
        let mistake = |span, why: &str| Mistake::at(file, text, span, why);
        let written: Written = toml::from_str(text)
            .map_err(|error| mistake(error.span().unwrap_or_default(), error.message()))?;
        let account = |written: Spanned<String>| {
            address::parse(written.get_ref()).ok_or_else(|| {
                mistake(
                    written.span(),
                    "not an address: write SS58 (`5…`) or 32 bytes in hex (`0x…`)",
                )
            })
        };
        let (mut accounts, mut spans) = (BTreeMap::new(), Vec::new());
        for (name, address) in written.accounts {
            spans.push((name.clone(), address.span()));
            accounts.insert(name, account(address)?);
        }
        let (mut create_assets, mut assets) = (false, BTreeMap::new());
        for (symbol, asset) in written.assets {
            let span = asset.span();
            match (symbol.as_str(), asset.into_inner()) {
                ("create", Asset::Create(create)) => create_assets = create,
                (_, Asset::Token(token)) if symbol != "create" => {
                    assets.insert(symbol, account(Spanned::new(span, token))?);
                }
                _ => {
                    let why =
                        "write `create = true`, or a token's symbol and its address in quotes";
                    return Err(mistake(span, why));
                }
            }
        }
        if !written.keys.contains_key(DEPLOYER) {
            let why = "[keys] lacks `Deployer`: say where its key is, `{ env = \"…\" }` or `{ file = \"…\" }`";
            return Err(Mistake::in_file(file, why));
        }
        let endowment = written.endowment.map(|amount| {
            let why = "not an amount: write whole native tokens, like \"1000\"";
            Decimal::read(amount.get_ref()).ok_or_else(|| mistake(amount.span(), why))
        });
        let state_file = written.state.map_or_else(
            || file.with_extension("state.json"),
            |state| file.with_file_name(state),
        );
        let network = Self {
            file: file.to_owned(),
            endpoint: written.endpoint,
            confirmation: written.confirmation,
            state_file,
            endowment: endowment.transpose()?,
            derive: written.derive,
            create_assets,
            keys: written.keys,
            accounts,
            assets,
        };
        for (name, span) in spans {
            // A key that is not at hand is compared once it is.
            let key = network.keys.get(&name);
            let key = key.and_then(|source| network.read(source).ok());
            if key.is_some_and(|key| !network.is_of(&name, &key)) {
                let why = format!(
                    "[keys] has a key of another account for `{name}`: take one of them away"
                );
                return Err(mistake(span, &why));
            }
        }
        Ok(network)
    }

    /// Whether a key is of the account that the file tells for a name, if it tells one.
    fn is_of(&self, name: &str, key: &Keypair) -> bool {
        let account = self.accounts.get(name);
        account.is_none_or(|account| account.0 == key.public_key().0)
    }

    /// The account of a name in a term sheet.
    ///
    /// # Errors
    /// The file does not say, or the key is not there from which the account follows.
    pub fn account(&self, name: &str) -> Result<AccountId> {
        if let Some(account) = self.accounts.get(name) {
            return Ok(*account);
        }
        if !self.keys.contains_key(name) && !self.derive {
            bail!(
                "{}: nobody says which account `{name}` is: add `\"{name}\" = \"5…\"` below [accounts]",
                self.file.display()
            );
        }
        Ok(AccountId(self.key(name)?.public_key().0))
    }

    /// The names whose accounts the file tells, or whose keys.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.accounts
            .keys()
            .chain(self.keys.keys())
            .map(String::as_str)
    }

    /// The key of a name.
    ///
    /// # Errors
    /// The file does not say where it is, it is not there, is no key, or is one of another account than the file tells.
    pub fn key(&self, name: &str) -> Result<Keypair> {
        let key = match self.keys.get(name) {
            Some(source) => self
                .read(source)
                .with_context(|| format!("{}, [keys], {name}", self.file.display()))?,
            None if self.derive => self.key(DEPLOYER)?.derive([DeriveJunction::hard(name)]),
            None => bail!(
                "{}: nobody says where the key of `{name}` is: add `\"{name}\" = {{ env = \"…\" }}` below [keys]",
                self.file.display()
            ),
        };
        ensure!(
            self.is_of(name, &key),
            "{}: the key of `{name}` is of another account than [accounts] says: correct one of them, or name below [keys] \
             where the right one is",
            self.file.display()
        );
        Ok(key)
    }

    /// The token of that symbol; `None` if one is to be made that anyone may mint.
    ///
    /// # Errors
    /// The file names none, and wants none made.
    pub fn asset(&self, symbol: &str) -> Result<Option<AccountId>> {
        match self.assets.get(symbol) {
            Some(token) => Ok(Some(*token)),
            None if self.create_assets => Ok(None),
            None => bail!(
                "{}: nobody says which token `{symbol}` is: add `{symbol} = \"5…\"` below [assets], or `create = true` on \
                 a development chain",
                self.file.display()
            ),
        }
    }

    /// Says which token a symbol is.
    #[cfg(test)]
    pub fn name_asset(&mut self, symbol: &str, token: AccountId) {
        self.assets.insert(symbol.to_owned(), token);
    }

    fn read(&self, source: &Source) -> Result<Keypair> {
        let secret = match source {
            Source::Env(variable) => std::env::var(variable)
                .with_context(|| format!("cannot read the environment variable {variable}"))?,
            Source::File(file) => {
                let file = self.file.with_file_name(file);
                fs::read_to_string(&file)
                    .with_context(|| format!("cannot read {}", file.display()))?
            }
            Source::Known(path) => {
                ensure!(
                    path.starts_with("//"),
                    "a known key is a path like `//Alice`: others are secrets"
                );
                path.clone()
            }
        };
        // The errors of the parser could quote the key.
        let secret: Option<SecretUri> = secret.trim().parse().ok();
        secret
            .and_then(|secret| Keypair::from_uri(&secret).ok())
            .context(
                "that is no key: it takes a phrase of words, a seed `0x…` or a path like `//Alice`",
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

    fn parse(text: &str) -> Result<Network, String> {
        let text = format!("endpoint = \"ws://127.0.0.1:1\"\n{text}");
        Network::parse(Path::new("networks/x.toml"), &text).map_err(|mistake| mistake.to_string())
    }

    fn refusal(text: &str) -> String {
        parse(text).unwrap_err()
    }

    /// A network whose deployer's key everybody knows.
    fn with_key(path: &str, rest: &str) -> Network {
        parse(&format!("{rest}\nkeys.Deployer = {{ known = \"{path}\" }}")).unwrap()
    }

    #[test]
    fn names_have_accounts_listed_or_by_their_keys() {
        let network = with_key("//Alice", &format!("accounts.Governor = \"{ALICE}\""));
        let alice = address::parse(ALICE).unwrap();
        assert_eq!(network.account("Governor").unwrap(), alice);
        assert_eq!(network.account(DEPLOYER).unwrap(), alice);
        let error = network.account("Guardian").unwrap_err().to_string();
        assert!(
            error.contains("networks/x.toml") && error.contains("\"Guardian\" = "),
            "{error}"
        );
    }

    #[test]
    fn other_names_are_derived_where_the_file_says_so() {
        let network = with_key("//Alice", "derive = true");
        let (one, other) = (network.account("One"), network.account("Other"));
        assert_ne!(one.unwrap(), other.unwrap());
        // As `subkey inspect //Alice//One` says.
        let uri: SecretUri = "//Alice//One".parse().unwrap();
        let key = Keypair::from_uri(&uri).unwrap();
        assert_eq!(network.account("One").unwrap().0, key.public_key().0);
    }

    #[test]
    fn a_name_has_one_account() {
        let bob = "keys.Guardian = { known = \"//Bob\" }";
        let listed = format!("accounts.Guardian = \"{ALICE}\"");
        let deployer = "keys.Deployer = { known = \"//Alice\" }";
        let error = refusal(&format!("{deployer}\n{bob}\n{listed}"));
        assert!(
            error.starts_with("networks/x.toml, line 4") && error.contains("for `Guardian`"),
            "{error}"
        );
        let same = "keys.Guardian = { known = \"//Alice\" }";
        let network = parse(&format!("{deployer}\n{same}\n{listed}")).unwrap();
        let key = network.key("Guardian").unwrap();
        assert_eq!(network.account("Guardian").unwrap().0, key.public_key().0);
        // Who only looks needs no key. One that is there later, or derived, is compared then.
        let file = std::env::temp_dir().join(format!("sluice-other-{}", std::process::id()));
        let later = format!("keys.Guardian = {{ file = \"{}\" }}", file.display());
        let later = parse(&format!("{deployer}\n{later}\n{listed}")).unwrap();
        fs::write(&file, "//Bob").unwrap();
        let derived = parse(&format!("derive = true\n{deployer}\n{listed}")).unwrap();
        for network in [later, derived] {
            let error = network.key("Guardian").unwrap_err().to_string();
            assert!(error.contains("another account than [accounts]"), "{error}");
        }
        fs::remove_file(&file).unwrap();
    }

    #[test]
    fn keys_are_in_files_and_no_error_quotes_them() {
        let file = std::env::temp_dir().join(format!("sluice-key-{}", std::process::id()));
        let key = |secret: &str| {
            fs::write(&file, secret).unwrap();
            let keys = format!("keys.Deployer = {{ file = \"{}\" }}", file.display());
            parse(&keys).unwrap().key(DEPLOYER)
        };
        assert_eq!(
            key(" //Alice\n").unwrap().public_key().0,
            address::parse(ALICE).unwrap().0
        );
        let error = format!("{:#}", key("correct horse battery staple").unwrap_err());
        assert!(
            error.contains("[keys], Deployer") && !error.contains("horse"),
            "{error}"
        );
        fs::remove_file(&file).unwrap();
        let network = parse("keys.Deployer = { known = \"correct horse\" }").unwrap();
        let error = format!("{:#}", network.key(DEPLOYER).unwrap_err());
        assert!(
            error.contains("`//Alice`") && !error.contains("horse"),
            "{error}"
        );
    }

    #[test]
    fn assets_are_listed_created_or_missing() {
        let network = with_key("//Bob", &format!("assets.USDX = \"{ALICE}\""));
        assert_eq!(network.asset("USDX").unwrap(), address::parse(ALICE));
        assert!(network
            .asset("ETH")
            .unwrap_err()
            .to_string()
            .contains("ETH = "));
        let network = with_key("//Bob", "assets.create = true");
        assert_eq!(network.asset("ETH").unwrap(), None);
    }

    #[test]
    fn mistakes_name_file_line_and_field() {
        let keys = "keys.Deployer = { env = \"X\" }\n";
        let error = refusal(&format!("{keys}accounts.Governor = \"5Grw\""));
        assert!(error.starts_with("networks/x.toml, line 3"), "{error}");
        assert!(
            error.contains("Governor") && error.contains("not an address"),
            "{error}"
        );
        let error = refusal(&format!("{keys}assets.USDX = true"));
        assert!(error.contains("create = true"), "{error}");
        assert!(refusal("").contains("keys"), "{}", refusal(""));
        assert!(refusal("keys.Governor = { env = \"X\" }").contains("Deployer"));
        assert!(refusal(&format!("{keys}confirmation = \"soon\"")).contains("finalized"));
        assert!(refusal(&format!("{keys}endpiont = \"\"")).contains("endpiont"));
    }
}
