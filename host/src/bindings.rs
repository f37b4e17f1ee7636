//! Rust shapes of the interfaces in `wit/`.

mod generated {
    wasmtime::component::bindgen!({
        path: "wit",
        world: "onetown:host/imports",
        imports: {
            "spin:key-value/key-value.[drop]store": trappable,
            "wasi:keyvalue/store.[drop]bucket": trappable,
            "wasi:keyvalue/atomics.[drop]cas": trappable,
            "spin:key-value": async | store | trappable,
            "spin:variables": async | store | trappable,
            default: async | trappable,
        },
        with: {
            "spin:key-value/key-value.store": crate::state::OpenStore,
            "wasi:keyvalue/store.bucket": crate::state::OpenStore,
            "wasi:keyvalue/atomics.cas": crate::kv::GuardedCas,
        },
        require_store_data_send: true,
    });
}

pub use generated::spin::{key_value::key_value, variables::variables};
pub use generated::wasi::keyvalue;
