//! The interpreter of the embedded chain, which keeps the contracts it has compiled.
//!
//! The chain loads the code of a contract at each call and compiles all of it, which takes most of the time of a test. Here what
//! was compiled is kept for the next call of the same code. Nothing else differs: results, fuel and weights are the interpreter's.
//!
//! While a call lasts it has what was compiled for itself, since an engine that executes is locked: a contract that is called once
//! more within a call is compiled once more.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};

pub use interpreter::*;

/// What nobody executes, by configuration and code.
static IDLE: LazyLock<Mutex<BTreeMap<Key, Vec<Compiled>>>> = LazyLock::new(Mutex::default);

type Key = (String, Vec<u8>);

fn idle() -> MutexGuard<'static, BTreeMap<Key, Vec<Compiled>>> {
    IDLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A contract, and the only engine that executes it.
struct Compiled {
    engine: interpreter::Engine,
    module: interpreter::Module,
}

/// What was compiled, until the last who refers to it has done with it.
struct Lease {
    key: Key,
    /// There until it is dropped.
    compiled: Option<Compiled>,
}

impl Deref for Lease {
    type Target = Compiled;

    fn deref(&self) -> &Compiled {
        self.compiled.as_ref().expect("a lease that is not over")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let key = std::mem::take(&mut self.key);
        idle().entry(key).or_default().extend(self.compiled.take());
    }
}

/// An [`interpreter::Engine`] for one module, from when that is made.
pub struct Engine {
    config: Config,
    lease: OnceLock<Arc<Lease>>,
}

impl Engine {
    pub fn new(config: &Config) -> Self {
        let (config, lease) = (*config, OnceLock::new());
        Self { config, lease }
    }

    fn lease(&self) -> &Arc<Lease> {
        self.lease.get().expect("a module is made before its store")
    }
}

impl Deref for Engine {
    type Target = interpreter::Engine;

    fn deref(&self) -> &interpreter::Engine {
        &self.lease().engine
    }
}

/// An [`interpreter::Module`], compiled now or before.
pub struct Module(Arc<Lease>);

impl Module {
    /// # Errors
    /// As [`interpreter::Module::new`].
    pub fn new(engine: &Engine, code: &[u8]) -> Result<Self, Error> {
        let key = (format!("{:?}", engine.config), code.to_vec());
        let kept = idle().get_mut(&key).and_then(Vec::pop);
        let compiled = match kept {
            Some(compiled) => compiled,
            None => {
                let engine = interpreter::Engine::new(&engine.config);
                let module = interpreter::Module::new(&engine, code)?;
                Compiled { engine, module }
            }
        };
        let compiled = Some(compiled);
        let lease = Arc::new(Lease { key, compiled });
        let is_first = engine.lease.set(lease.clone()).is_ok();
        assert!(is_first, "an engine has one module");
        Ok(Self(lease))
    }
}

impl Deref for Module {
    type Target = interpreter::Module;

    fn deref(&self) -> &interpreter::Module {
        &self.0.module
    }
}

/// An [`interpreter::Store`] during which its engine executes nothing else.
pub struct Store<T> {
    store: interpreter::Store<T>,
    _lease: Arc<Lease>,
}

impl<T> Store<T> {
    pub fn new(engine: &Engine, data: T) -> Self {
        Self {
            store: interpreter::Store::new(engine, data),
            _lease: engine.lease().clone(),
        }
    }

    pub fn into_data(self) -> T {
        self.store.into_data()
    }
}

impl<T> Deref for Store<T> {
    type Target = interpreter::Store<T>;

    fn deref(&self) -> &interpreter::Store<T> {
        &self.store
    }
}

impl<T> DerefMut for Store<T> {
    fn deref_mut(&mut self) -> &mut interpreter::Store<T> {
        &mut self.store
    }
}

impl<T> AsContext for Store<T> {
    type UserState = T;

    fn as_context(&self) -> StoreContext<'_, T> {
        self.store.as_context()
    }
}

impl<T> AsContextMut for Store<T> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        self.store.as_context_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, Engine, Module, Store};

    /// Empty modules with a section of a name. No two tests use the same: what is kept is there for all of them.
    const CODES: [&[u8]; 3] = [
        b"\0asm\x01\0\0\0\0\x02\x01a",
        b"\0asm\x01\0\0\0\0\x02\x01b",
        b"\0asm\x01\0\0\0\0\x02\x01c",
    ];

    /// A call in progress, and its engine.
    fn call(code: &[u8], config: &Config) -> (Store<()>, interpreter::Engine) {
        let engine = Engine::new(config);
        Module::new(&engine, code).unwrap();
        (Store::new(&engine, ()), interpreter::Engine::clone(&engine))
    }

    fn is_same((_, one): &(Store<()>, interpreter::Engine), other: &interpreter::Engine) -> bool {
        interpreter::Engine::same(one, other)
    }

    #[test]
    fn what_was_compiled_serves_the_next_call_of_the_same_code() {
        let config = Config::default();
        let (store, first) = call(CODES[0], &config);
        store.into_data();
        assert!(!is_same(&call(CODES[1], &config), &first));
        let mut without_floats = config;
        without_floats.floats(false);
        assert!(!is_same(&call(CODES[0], &without_floats), &first));
        assert!(is_same(&call(CODES[0], &config), &first));
    }

    #[test]
    fn a_call_within_a_call_has_its_own() {
        let config = Config::default();
        let (outer, first) = call(CODES[2], &config);
        let inner = call(CODES[2], &config);
        assert!(!is_same(&inner, &first));
        drop((outer, inner));
    }

    #[test]
    fn code_that_does_not_compile_is_refused_each_time() {
        for _ in 0..2 {
            assert!(Module::new(&Engine::new(&Config::default()), b"no code").is_err());
        }
    }
}
