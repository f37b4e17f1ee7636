//! The way into a function: Spin calls its router. Nothing on any other target.

/// Makes routes the component's handler.
#[macro_export]
macro_rules! component {
    ($routes:ident) => {
        #[cfg(target_family = "wasm")]
        mod component {
            use std::sync::OnceLock;

            use spin_sdk::http::{IntoResponse, Request};
            use tower_service::Service as _;

            /// One router an instance: it holds what the instance may remember for a few seconds.
            static ROUTER: OnceLock<axum::Router> = OnceLock::new();

            #[spin_sdk::http_service]
            async fn handle(request: Request) -> impl IntoResponse {
                let app = || $crate::App::new($crate::spin::Spin::default());
                let router = ROUTER.get_or_init(|| $crate::finish(super::$routes(), app()));
                router.clone().call(request).await
            }
        }
    };
}
