//! The components, as the build commands of spin.toml make them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use host::manifest::{Commands, Manifest};

/// The workspace's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The manifest, its components built. Only cargo knows whether one is stale, so it is always asked; `onetown build`
/// has done the work before, and then this takes a second.
pub fn manifest() -> &'static Manifest {
    static BUILT: OnceLock<Manifest> = OnceLock::new();
    BUILT.get_or_init(|| {
        let manifest = Manifest::read(&root()).unwrap();
        for component in manifest.component.values() {
            let Some(build) = &component.build else { continue };
            let commands = match &build.command {
                Commands::One(command) => std::slice::from_ref(command),
                Commands::Several(commands) => commands,
            };
            // The web's command is not asked: npm would build it anew every time.
            for command in commands.iter().filter(|command| command.contains(" -- component ")) {
                // Components are rustc's also where the tests are clippy's (`cargo verify`).
                run(Command::new("sh").args(["-c", command]).env_remove("RUSTC_WORKSPACE_WRAPPER"));
            }
        }
        let pages = root().join("web/dist/index.html");
        assert!(pages.is_file(), "{} is missing; run: cargo onetown build", pages.display());
        manifest
    })
}

/// The `onetown` command, compiled with everything else: cargo compiles wasmtime anew for each choice of packages.
pub fn onetown() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        run(Command::new(env!("CARGO")).args(["test", "--quiet", "--workspace", "--no-run"]));
        target().join("debug/onetown")
    })
}

/// Runs cargo as if nobody had started this test with cargo: what it tells a test of its package would make libraries
/// whose build scripts look at that (ring) new, and all that stands on them: three minutes.
fn run(command: &mut Command) {
    let told = |name: &OsString| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
    };
    for name in std::env::vars_os().map(|(name, _)| name).filter(told) {
        command.env_remove(name);
    }
    let done = command.current_dir(root()).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    let hint = "if a target is missing: rustup target add wasm32-wasip2 wasm32-unknown-unknown";
    assert!(done.status.success(), "{command:?} failed; {hint}\n{said}");
}
