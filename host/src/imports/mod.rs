//! The interfaces a component imports beyond WASI, each in its own room.

mod spin_key_value;
mod spin_variables;
mod wasi_keyvalue;

use crate::bindings::{key_value, keyvalue, variables};
use crate::state::{Ctx, HasCtx};
use wasmtime::component::Linker;

/// Adds all of them.
pub fn add_to_linker(linker: &mut Linker<Ctx>) -> wasmtime::Result<()> {
    key_value::add_to_linker::<_, HasCtx>(linker, |ctx| ctx)?;
    variables::add_to_linker::<_, HasCtx>(linker, |ctx| ctx)?;
    keyvalue::store::add_to_linker::<_, HasCtx>(linker, |ctx| ctx)?;
    keyvalue::atomics::add_to_linker::<_, HasCtx>(linker, |ctx| ctx)?;
    keyvalue::batch::add_to_linker::<_, HasCtx>(linker, |ctx| ctx)
}
