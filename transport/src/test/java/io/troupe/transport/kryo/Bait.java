package io.troupe.transport.kryo;

/** Named by no code, so that it is loaded only if a name on the wire is obeyed. */
final class Bait {
    private Bait() {}
}
