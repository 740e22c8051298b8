fn main() {
    #[cfg(feature = "std")]
    {
        // Where the lock file is. The builder looks for it around the target folder, which is elsewhere.
        std::env::set_var(
            "WASM_BUILD_WORKSPACE_HINT",
            concat!(env!("CARGO_MANIFEST_DIR"), "/.."),
        );
        substrate_wasm_builder::WasmBuilder::build_using_defaults();
    }
}
