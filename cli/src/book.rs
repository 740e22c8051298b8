//! Who and what the addresses of a deal are, and messages to its contracts in words: `configurator.set(scope: Deal, …)`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use anyhow::{anyhow, ensure, Context, Result};
use deployment::Bundles;
use interfaces::types::AccountId;
use scale_value::{scale as codec, Composite, Value, ValueDef, Variant};
use term_sheet::TermSheet;

use crate::abi::{label, Abi, TypeId};
use crate::address;
use crate::network::Network;
use crate::state::Record;
use crate::words;

/// The contracts of a deal, and those who take part.
pub struct Book {
    bundles: Bundles,
    contracts: Vec<Contract>,
    people: Vec<(AccountId, String)>,
    /// By package. Read once.
    abis: RefCell<BTreeMap<String, Rc<Abi>>>,
}

/// A contract of a deal.
pub struct Contract {
    /// The name of its package, and what tells it from others of that.
    pub name: String,
    /// The package.
    pub package: String,
    /// Where it stands.
    pub address: AccountId,
    /// Whether the deployment makes it, and knows its code.
    pub is_made: bool,
}

/// An address or a hash that a contract keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Where: `desk.classes[0].token`.
    pub field: String,
    /// The name of what it is, or its digits.
    pub to: String,
}

impl fmt::Display for Binding {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} = {}", self.field, self.to)
    }
}

/// The contract whose metadata serves for tokens that are on the chain already.
pub const SOME_PSP22: &str = "test-asset";
/// And for those that take approvals by signature.
const SIGNING_PSP22: &str = "tranche-token";

impl Book {
    /// Of a deal that was deployed or is to be.
    ///
    /// # Errors
    /// There is no folder of built contracts.
    pub fn of(record: &Record, sheet: &TermSheet, network: &Network) -> Result<Self> {
        let made = record.instances.iter().map(|instance| Contract {
            name: match instance.salt == sheet.name {
                true => instance.contract.clone(),
                false => format!("{}/{}", instance.contract, instance.salt),
            },
            package: instance.contract.clone(),
            address: instance.address.0,
            is_made: true,
        });
        let tokens = sheet.collateral.iter().map(|listed| &listed.token);
        let found = tokens.chain([&sheet.cash]).filter_map(|token| {
            let address = network.asset(&token.symbol).ok()??;
            Some(Contract {
                name: token.symbol.clone(),
                package: SOME_PSP22.to_owned(),
                address,
                is_made: false,
            })
        });
        let people = sheet.people().into_iter().chain(network.names());
        let people = people.filter_map(|name| Some((network.account(name).ok()?, name.to_owned())));
        Ok(Self {
            bundles: Bundles::find()?,
            contracts: made.chain(found).collect(),
            people: people.collect(),
            abis: RefCell::default(),
        })
    }

    /// The contracts.
    pub fn contracts(&self) -> &[Contract] {
        &self.contracts
    }

    /// A contract by its name.
    ///
    /// # Errors
    /// There is none; the error lists them.
    pub fn contract(&self, name: &str) -> Result<&Contract> {
        let mut contracts = self.contracts.iter();
        contracts
            .find(|contract| contract.name == name)
            .with_context(|| {
                let all: Vec<_> = self.contracts.iter().map(|one| one.name.as_str()).collect();
                format!(
                    "the deal has no contract `{name}`; it has {}",
                    all.join(", ")
                )
            })
    }

    /// The metadata of a contract.
    ///
    /// # Errors
    /// As [`Abi::load`].
    pub fn abi(&self, contract: &Contract) -> Result<Rc<Abi>> {
        self.abi_of(&contract.package)
    }

    fn abi_of(&self, package: &str) -> Result<Rc<Abi>> {
        if let Some(abi) = self.abis.borrow().get(package) {
            return Ok(abi.clone());
        }
        let abi = Rc::new(Abi::load(&self.bundles.file(package))?);
        self.abis
            .borrow_mut()
            .insert(package.to_owned(), abi.clone());
        Ok(abi)
    }

    /// The metadata that describes a message to a contract.
    fn abi_for(&self, contract: &Contract, input: &[u8]) -> Result<Rc<Abi>> {
        let abi = self.abi(contract)?;
        match contract.is_made || abi.read(input).is_ok() {
            true => Ok(abi),
            false => self.abi_of(SIGNING_PSP22),
        }
    }

    /// An account by its address, or the name of a contract or of somebody.
    ///
    /// # Errors
    /// Neither term sheet nor network file says which account that is.
    pub fn account(&self, name: &str) -> Result<AccountId> {
        let contract = || Some(self.contract(name).ok()?.address);
        let person = || {
            let mut people = self.people.iter();
            people
                .find(|(_, known)| known == name)
                .map(|(account, _)| *account)
        };
        let account = address::parse(name).or_else(contract).or_else(person);
        // A network that derives accounts has one for every slip of the pen.
        account.with_context(|| {
            format!("neither the term sheet nor the network file tells who `{name}` is: write an address")
        })
    }

    /// What an account or a contract is called, or its address.
    pub fn name(&self, account: AccountId) -> String {
        if let Some(contract) = self.at(account) {
            return contract.name.clone();
        }
        let known = self.people.iter().find(|(known, _)| *known == account);
        known.map_or_else(|| address::show(account), |(_, name)| name.clone())
    }

    /// A message with its arguments, in words; in hex where the contract is of no known code.
    pub fn message(&self, to: AccountId, input: &[u8]) -> String {
        let read = || -> Result<String> {
            let abi = self.abi_for(self.at(to).context("unknown")?, input)?;
            let (message, arguments) = abi.read(input)?;
            let arguments = self.fields(&abi, &arguments);
            Ok(format!("{}.{message}({arguments})", self.name(to)))
        };
        read().unwrap_or_else(|_| format!("{}.0x{}", self.name(to), hex::encode(input)))
    }

    /// What a message answered, in words.
    ///
    /// # Errors
    /// It refused: why.
    pub fn answer(&self, of: AccountId, input: &[u8], returned: &[u8]) -> Result<String> {
        let contract = self.at(of).context("the contract is none of the deal's")?;
        let abi = self.abi_for(contract, input)?;
        let answer = abi.answer(input, returned)?;
        let shown = match &answer.value {
            ValueDef::Variant(Variant { name, values })
                if matches!(name.as_str(), "Ok" | "Err") =>
            {
                self.fields(&abi, values)
            }
            _ => self.show(&abi, &answer),
        };
        ensure!(!is_refusal(&answer), "{} refuses: {shown}", contract.name);
        Ok(if shown == "()" {
            "done".to_owned()
        } else {
            shown
        })
    }

    /// A message by its name, from arguments as [`words`] says.
    ///
    /// # Errors
    /// There is no such contract or message, or an argument is of another type.
    pub fn write(
        &self,
        contract: &str,
        message: &str,
        arguments: &[String],
        account: words::Accounts,
    ) -> Result<(AccountId, Vec<u8>)> {
        let contract = self.contract(contract)?;
        let abi = self.abi(contract)?;
        let message = abi
            .message(message)
            .with_context(|| contract.name.clone())?;
        let parameters = message.args();
        let mut input = message.selector().to_bytes().to_vec();
        let expected = || {
            let one =
                |parameter| format!("{}: {}", label(parameter), parameter.ty().display_name());
            let all: Vec<_> = parameters.iter().map(one).collect();
            format!("{} takes ({})", message.label(), all.join(", "))
        };
        ensure!(parameters.len() == arguments.len(), "{}", expected());
        for (parameter, text) in parameters.iter().zip(arguments) {
            let of = parameter.ty().ty().id;
            let value = words::read(text, abi.name_of(of), account)?;
            codec::encode_as_type(&value, &of, abi.types(), &mut input)
                .map_err(|error| anyhow!("`{text}`: {error}"))
                .with_context(expected)?;
        }
        Ok((contract.address, input))
    }

    /// A value in words: accounts by their names, shares in percent, times in days and hours.
    pub fn show(&self, abi: &Abi, value: &Value<TypeId>) -> String {
        if abi.is_bytes(value.context) {
            return words::bytes(value)
                .map_or_else(String::new, |bytes| format!("0x{}", hex::encode(bytes)));
        }
        let name = abi.name_of(value.context).unwrap_or_default();
        match (name, &value.value) {
            ("AccountId", _) => {
                account(value).map_or_else(String::new, |account| self.name(account))
            }
            ("Call", ValueDef::Composite(call)) => self.call(call),
            (_, ValueDef::Composite(fields)) if abi.is_list(value.context) => {
                format!("[{}]", self.fields(abi, fields))
            }
            (_, ValueDef::Composite(fields @ Composite::Unnamed(inner))) if inner.len() == 1 => {
                let number = inner.first().and_then(Value::as_u128);
                let scaled = number.and_then(|number| words::scaled(name, number));
                scaled.unwrap_or_else(|| self.fields(abi, fields))
            }
            (_, ValueDef::Composite(fields @ Composite::Unnamed(_))) => {
                format!("({})", self.fields(abi, fields))
            }
            (_, ValueDef::Composite(fields)) => format!("{{ {} }}", self.fields(abi, fields)),
            (_, ValueDef::Variant(Variant { name, values })) => match values {
                values if values.is_empty() => name.clone(),
                Composite::Unnamed(_) => format!("{name}({})", self.fields(abi, values)),
                Composite::Named(_) => format!("{name} {{ {} }}", self.fields(abi, values)),
            },
            (_, other) => other.to_string(),
        }
    }

    /// The addresses and hashes that a contract keeps, outside of tables: whom it obeys, calls and trusts. `stored` gives
    /// what lies under a key of its. What is one of several has its number.
    ///
    /// # Errors
    /// It keeps something else than its metadata says.
    pub fn bindings(
        &self,
        contract: &Contract,
        stored: impl Fn(&[u8]) -> Result<Option<Vec<u8>>>,
    ) -> Result<Vec<Binding>> {
        let abi = self.abi(contract)?;
        let mut bindings = Vec::new();
        for cell in abi.cells() {
            if let Some(content) = stored(&cell.key)? {
                let value = abi.decode(&mut content.as_slice(), cell.content);
                let value = value.with_context(|| format!("{}: {}", contract.name, cell.name))?;
                self.bound(&abi, &value, &cell.name, &mut bindings);
            }
        }
        Ok(bindings)
    }

    /// What a contract keeps something of in its tables, by their names. `keys` are all under which it keeps anything.
    ///
    /// # Errors
    /// It keeps something else than its metadata says.
    pub fn kept(&self, contract: &Contract, keys: &[Vec<u8>]) -> Result<Vec<(String, String)>> {
        let abi = self.abi(contract)?;
        let mut kept = Vec::new();
        for table in abi.tables() {
            let of = keys
                .iter()
                .filter_map(|key| key.strip_prefix(&*table.prefix));
            for mut of in of {
                let of = abi.decode(&mut of, table.index);
                let of = of.with_context(|| format!("{}: {}", contract.name, table.name))?;
                kept.push((table.name.clone(), self.show(&abi, &of)));
            }
        }
        Ok(kept)
    }

    fn bound(&self, abi: &Abi, value: &Value<TypeId>, field: &str, bindings: &mut Vec<Binding>) {
        if let Some(of @ ("AccountId" | "Hash")) = abi.name_of(value.context) {
            // Contracts keep a hash of zeros for none.
            let is_none = words::bytes(value).is_some_and(|bytes| bytes == [0; 32]);
            if of == "AccountId" || !is_none {
                bindings.push(Binding {
                    field: field.to_owned(),
                    to: self.show(abi, value),
                });
            }
            return;
        }
        let (ValueDef::Composite(fields) | ValueDef::Variant(Variant { values: fields, .. })) =
            &value.value
        else {
            return;
        };
        match fields {
            Composite::Unnamed(inner) => {
                let are_numbered = inner.len() > 1 || abi.is_list(value.context);
                for (number, inner) in inner.iter().enumerate() {
                    let number = match are_numbered {
                        true => format!("[{number}]"),
                        false => String::new(),
                    };
                    self.bound(abi, inner, &format!("{field}{number}"), bindings);
                }
            }
            Composite::Named(fields) => {
                for (name, inner) in fields {
                    let dot = if field.is_empty() { "" } else { "." };
                    self.bound(abi, inner, &format!("{field}{dot}{name}"), bindings);
                }
            }
        }
    }

    fn fields(&self, abi: &Abi, fields: &Composite<TypeId>) -> String {
        let shown: Vec<_> = match fields {
            Composite::Unnamed(fields) => {
                fields.iter().map(|field| self.show(abi, field)).collect()
            }
            Composite::Named(fields) => {
                let one =
                    |(name, field): &(String, _)| format!("{name}: {}", self.show(abi, field));
                fields.iter().map(one).collect()
            }
        };
        shown.join(", ")
    }

    /// What a proposal is to call.
    fn call(&self, call: &Composite<TypeId>) -> String {
        let part = |name| {
            let Composite::Named(fields) = call else {
                return None;
            };
            let (_, field) = fields.iter().find(|(field, _)| field == name)?;
            words::bytes(field)
        };
        let target = part("target").and_then(|target| Some(AccountId(target.try_into().ok()?)));
        match (target, part("selector"), part("input")) {
            (Some(target), Some(selector), Some(input)) => {
                self.message(target, &[selector, input].concat())
            }
            _ => call.to_string(),
        }
    }

    /// The contract at an address.
    pub fn at(&self, address: AccountId) -> Option<&Contract> {
        self.contracts
            .iter()
            .find(|contract| contract.address == address)
    }
}

/// The account of a value that is one.
fn account(value: &Value<TypeId>) -> Option<AccountId> {
    Some(AccountId(words::bytes(value)?.try_into().ok()?))
}

/// Whether an answer, or one of several, is an error.
fn is_refusal(answer: &Value<TypeId>) -> bool {
    match &answer.value {
        ValueDef::Variant(variant) => variant.name == "Err",
        ValueDef::Composite(Composite::Unnamed(answers)) => answers.iter().any(is_refusal),
        _ => false,
    }
}
