//! `spin:variables@3.0.0`: the component's own table, resolved before the first request.

use crate::bindings::variables::{Error, Host, HostWithStore};
use crate::state::{Ctx, HasCtx};
use crate::variables::is_name;
use wasmtime::component::Accessor;

impl Host for Ctx {}

impl HostWithStore<Ctx> for HasCtx {
    async fn get(accessor: &Accessor<Ctx, Self>, name: String) -> wasmtime::Result<Result<String, Error>> {
        if !is_name(&name) {
            return Ok(Err(Error::InvalidName(name)));
        }
        Ok(accessor.with(|mut access| {
            let grants = &access.get().grants;
            grants
                .variables
                .get(&name)
                .cloned()
                .ok_or_else(|| Error::Undefined(format!("no variable for {:?}.{name:?}", grants.component)))
        }))
    }
}
