use super::*;

#[test]
fn a_stream_takes_its_blocks_in_order() {
    let tickets = Tickets::new(&[1; 32]);
    let mut stream = tickets.drbg("x");
    for block in 0..3_u64 {
        let ticket = tickets.ticket("x", &[&block.to_be_bytes()]);
        for word in ticket.chunks(8) {
            assert_eq!(stream.next_u64(), u64::from_be_bytes(word.try_into().unwrap()));
        }
    }
}

#[test]
fn numbers_above_the_greatest_multiple_are_thrown_away() {
    // Of 2^63 + 1 numbers nearly half of all 64-bit words have to go.
    let n = (1 << 63) + 1;
    let tickets = Tickets::new(&[1; 32]);
    let (mut raw, mut below) = (tickets.drbg("x"), tickets.drbg("x"));
    let kept: Vec<u64> = (0..200).map(|_| raw.next_u64()).filter(|word| *word < n).collect();
    assert!(kept.len() < 150);
    for word in kept {
        assert_eq!(below.below(n), word);
    }
    assert_eq!(below.below(0), 0);
    assert_eq!(below.below(1), 0);
}
