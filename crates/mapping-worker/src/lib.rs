//! The browser's own check of a mapping file: `rules::user_mapping::Look` behind a few functions over linear memory. A
//! module of its own, without wasm-bindgen, so that it is small and loads in a worker (docs/adr/0017).
//!
//! The worker writes bytes into the place that [`room`] gives, says how many by [`begin`] and [`feed`], and reads text
//! from the place that [`said`] gives. A module checks one file; its memory goes with it.

mod json;
mod told;

use std::cell::{OnceCell, RefCell};

use domain::Provider;
use domain::user_mapping::{Domains, MappingKnown};
use rules::user_mapping::Look;

pub use told::Told;

/// What stands between two calls.
#[derive(Default)]
struct State {
    /// What comes in.
    room: Vec<u8>,
    /// What goes out.
    said: String,
    domains: Domains,
    old: Vec<String>,
    look: Option<Look<'static>>,
}

impl State {
    /// The text in the room.
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.room).into_owned()
    }
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Makes room for so many bytes, and says where.
#[expect(unsafe_code, reason = "an exported name; no other module defines it")]
// SAFETY: the only function of this name in the module.
#[unsafe(no_mangle)]
pub extern "C" fn room(bytes: usize) -> *mut u8 {
    STATE.with_borrow_mut(|state| {
        state.room.resize(bytes, 0);
        state.room.as_mut_ptr()
    })
}

/// The room holds a domain that the test sync found; a file is checked against all of them.
#[expect(unsafe_code, reason = "an exported name; no other module defines it")]
// SAFETY: the only function of this name in the module.
#[unsafe(no_mangle)]
pub extern "C" fn know_domain() {
    STATE.with_borrow_mut(|state| {
        let domain = state.text();
        state.domains.insert(domain);
    });
}

/// The room holds the name of a directory that the intranet followed before.
#[expect(unsafe_code, reason = "an exported name; no other module defines it")]
// SAFETY: the only function of this name in the module.
#[unsafe(no_mangle)]
pub extern "C" fn know_old() {
    STATE.with_borrow_mut(|state| {
        let name = state.text();
        state.old.push(name);
    });
}

/// Begins, when all is known; the room holds the code of the provider. False: there is no such provider. `seed` should
/// be random.
#[expect(unsafe_code, reason = "an exported name; no other module defines it")]
// SAFETY: the only function of this name in the module.
#[unsafe(no_mangle)]
pub extern "C" fn begin(by_sign_in_name: bool, seed: u64) -> bool {
    STATE.with_borrow_mut(|state| {
        state.look = Provider::from_code(&state.text()).map(|provider| {
            let known = MappingKnown {
                provider,
                by_sign_in_name,
                domains: std::mem::take(&mut state.domains),
                old: std::mem::take(&mut state.old),
            };
            // One file for each module: what is leaked is gone with it.
            Look::new(
                Box::leak(Box::new(known)),
                Box::leak(Box::new(OnceCell::new())),
                seed,
            )
        });
        state.look.is_some()
    })
}

/// The next bytes of the file stand in the room, so many.
#[expect(unsafe_code, reason = "an exported name; no other module defines it")]
// SAFETY: the only function of this name in the module.
#[unsafe(no_mangle)]
pub extern "C" fn feed(bytes: usize) {
    STATE.with_borrow_mut(|state| {
        if let (Some(look), Some(bytes)) = (&mut state.look, state.room.get(..bytes)) {
            look.feed(bytes);
        }
    });
}

/// Says what was found so far, as JSON of [`Told`]; at the end of the file (`is_last`) what is said of the whole. Gives
/// its length.
#[expect(unsafe_code, reason = "an exported name; no other module defines it")]
// SAFETY: the only function of this name in the module.
#[unsafe(no_mangle)]
pub extern "C" fn tell(is_last: bool) -> usize {
    STATE.with_borrow_mut(|state| {
        let told = if is_last {
            state.look.as_mut().map(Told::of)
        } else {
            state.look.as_ref().map(Told::so_far)
        };
        state.said = told.map(|told| told.json()).unwrap_or_default();
        state.said.len()
    })
}

/// Where the text is that was said last.
#[expect(unsafe_code, reason = "an exported name; no other module defines it")]
// SAFETY: the only function of this name in the module.
#[unsafe(no_mangle)]
pub extern "C" fn said() -> *const u8 {
    STATE.with_borrow(|state| state.said.as_ptr())
}
