//! A contract as its metadata describes it: messages by their names, and storage by its layout.

use std::fs;
use std::path::Path;

use anyhow::{ensure, Context, Result};
use ink_metadata::layout::Layout;
use ink_metadata::{InkProject, MessageParamSpec, MessageSpec};
use scale::Encode;
use scale_info::form::PortableForm;
use scale_info::{PortableRegistry, TypeDef};
use scale_value::{scale as codec, Composite, Value, ValueDef};

/// The type of a value, by its number in the metadata.
pub type TypeId = u32;

/// What the metadata of a contract says.
pub struct Abi {
    project: InkProject,
}

/// What a contract keeps under a key of its own, in one piece.
pub struct Cell {
    /// Its field.
    pub name: String,
    /// The key.
    pub key: Vec<u8>,
    /// What lies there.
    pub content: TypeId,
}

/// What a contract keeps under keys that begin alike: one for each thing that it keeps something of.
pub struct Table {
    /// Its field.
    pub name: String,
    /// How the keys begin; after that they say of what.
    pub prefix: Vec<u8>,
    /// What that is.
    pub index: TypeId,
}

/// A place in the storage of a contract.
struct Root {
    name: String,
    key: Vec<u8>,
    of: TypeId,
}

impl Abi {
    /// Reads the metadata of a built contract.
    ///
    /// # Errors
    /// The file cannot be read, or is no bundle of a contract.
    pub fn load(file: &Path) -> Result<Self> {
        let read = || -> Result<InkProject> { Ok(serde_json::from_slice(&fs::read(file)?)?) };
        let project = read().with_context(|| {
            format!(
                "cannot read the metadata in {}; run `cargo xtask build`",
                file.display()
            )
        })?;
        Ok(Self { project })
    }

    /// The types that the others refer to.
    pub fn types(&self) -> &PortableRegistry {
        self.project.registry()
    }

    /// The message of that name, without its trait.
    ///
    /// # Errors
    /// There is none; the error lists what there is.
    pub fn message(&self, name: &str) -> Result<&MessageSpec<PortableForm>> {
        let mut messages = self.messages();
        messages
            .find(|message| short(message) == name)
            .with_context(|| {
                let all: Vec<_> = self.messages().map(short).collect();
                format!("it has no message `{name}`; there are {}", all.join(", "))
            })
    }

    /// The message that some input calls, and its arguments by their names.
    ///
    /// # Errors
    /// It calls none, or with other arguments.
    pub fn read(&self, input: &[u8]) -> Result<(&str, Composite<TypeId>)> {
        let (message, mut arguments) = self.called(input)?;
        let mut read = Vec::new();
        for argument in message.args() {
            let value = self.decode(&mut arguments, argument.ty().ty().id)?;
            read.push((label(argument).to_owned(), value));
        }
        ensure!(arguments.is_empty(), "there is more than the arguments");
        Ok((short(message), Composite::Named(read)))
    }

    /// What a message answered, from the bytes that it returned.
    ///
    /// # Errors
    /// The contract did not understand it, or answers in another shape.
    pub fn answer(&self, input: &[u8], mut returned: &[u8]) -> Result<Value<TypeId>> {
        let (message, _) = self.called(input)?;
        let answer = message.return_type().ret_type().ty().id;
        // Every answer is within a result of its own, which says whether the message was understood.
        match self.decode(&mut returned, answer)?.value {
            ValueDef::Variant(outer) if outer.name == "Ok" => {
                let inner = outer.values.into_values().next();
                inner.context("the answer is empty")
            }
            _ => Err(deployment::Failure::NotUnderstood.into()),
        }
    }

    /// A value of a type, from the start of some bytes.
    ///
    /// # Errors
    /// They are no such value.
    pub fn decode(&self, bytes: &mut &[u8], of: TypeId) -> Result<Value<TypeId>> {
        codec::decode_as_type(bytes, &of, self.types()).context("the bytes are of another type")
    }

    /// What the contract keeps under keys that do not depend on what is in it: its root, and what is apart from that.
    pub fn cells(&self) -> Vec<Cell> {
        let roots = self.roots().into_iter();
        let cells = roots.filter_map(|Root { name, key, of }| {
            let content = self.content(of)?;
            Some(Cell { name, key, content })
        });
        cells.collect()
    }

    /// The tables that the contract keeps.
    pub fn tables(&self) -> Vec<Table> {
        let roots = self.roots().into_iter();
        let tables = roots.filter_map(|Root { name, key, of }| {
            let index = self.index(of)?;
            let prefix = key;
            Some(Table {
                name,
                prefix,
                index,
            })
        });
        tables.collect()
    }

    /// The last part of the name of a type.
    pub fn name_of(&self, of: TypeId) -> Option<&str> {
        let path = &self.types().resolve(of)?.path;
        path.segments.last().map(String::as_str)
    }

    /// Whether a type is a row of bytes.
    pub fn is_bytes(&self, of: TypeId) -> bool {
        let of = self.types().resolve(of).map(|of| &of.type_def);
        let item = match of {
            Some(TypeDef::Array(array)) => array.type_param.id,
            Some(TypeDef::Sequence(sequence)) => sequence.type_param.id,
            _ => return false,
        };
        let item = self.types().resolve(item).map(|item| &item.type_def);
        item == Some(&scale_info::TypeDefPrimitive::U8.into())
    }

    /// Whether a type is a list of any length, or of a fixed one.
    pub fn is_list(&self, of: TypeId) -> bool {
        let of = self.types().resolve(of).map(|of| &of.type_def);
        matches!(of, Some(TypeDef::Array(_) | TypeDef::Sequence(_)))
    }

    fn messages(&self) -> impl Iterator<Item = &MessageSpec<PortableForm>> {
        self.project.spec().messages().iter()
    }

    fn called<'a>(&self, input: &'a [u8]) -> Result<(&MessageSpec<PortableForm>, &'a [u8])> {
        let (selector, arguments) = input.split_at_checked(4).context("it calls no message")?;
        let mut messages = self.messages();
        let called = messages.find(|message| message.selector().to_bytes() == selector);
        Ok((
            called.context("it calls a message that is not there")?,
            arguments,
        ))
    }

    fn roots(&self) -> Vec<Root> {
        let mut roots = Vec::new();
        collect(self.project.layout(), "", &mut roots);
        roots
    }

    /// What lies at the key of a root; nothing where there are many keys.
    fn content(&self, root: TypeId) -> Option<TypeId> {
        let ty = self.types().resolve(root)?;
        match self.name_of(root) {
            Some("Mapping" | "StorageVec") => None,
            Some("Lazy") => ty.type_params.first()?.ty.map(|content| content.id),
            _ => Some(root),
        }
    }

    /// What the keys of a root tell apart, if there are many.
    fn index(&self, root: TypeId) -> Option<TypeId> {
        let is_table = self.name_of(root) == Some("Mapping");
        let first = self.types().resolve(root)?.type_params.first()?;
        first.ty.filter(|_| is_table).map(|index| index.id)
    }
}

fn collect(layout: &Layout<PortableForm>, name: &str, roots: &mut Vec<Root>) {
    match layout {
        Layout::Root(root) => {
            roots.push(Root {
                name: name.to_owned(),
                key: root.root_key().key().encode(),
                of: root.ty().id,
            });
            collect(root.layout(), name, roots);
        }
        Layout::Struct(parts) => {
            for field in parts.fields() {
                collect(field.layout(), field.name(), roots);
            }
        }
        _ => {}
    }
}

/// The name of a parameter: without the underscore of one that its contract hands on unread.
pub fn label(parameter: &MessageParamSpec<PortableForm>) -> &str {
    parameter.label().trim_start_matches('_')
}

/// The name of a message without its trait.
fn short(message: &MessageSpec<PortableForm>) -> &str {
    let label = message.label();
    label.rsplit("::").next().unwrap_or(label)
}
