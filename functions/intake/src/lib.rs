//! Citizens: submit, track, supplement, urge, withdraw; attachments; the public list.
