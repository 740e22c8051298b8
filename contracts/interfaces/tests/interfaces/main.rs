//! What interfaces compute themselves: codecs, sets, texts to be signed, announcements of code.

mod compliance;
mod earnings;
mod oracle_adapter;
mod permit;
mod read;
mod relayed;
mod upgradeable;
