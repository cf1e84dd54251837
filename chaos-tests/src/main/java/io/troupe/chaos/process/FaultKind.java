package io.troupe.chaos.process;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a {@link FaultProxy} can do to its link. The amount of a {@link Fault} has the unit named here. */
public enum FaultKind {
    /** Every byte arrives later; amount: milliseconds. */
    DELAY(true),
    /** Every chunk arrives later by a random time, in order; amount: the longest, in milliseconds. */
    JITTER(true),
    /** Fewer bytes get through; amount: bytes per second. */
    BANDWIDTH(true),
    /** As BANDWIDTH, but every byte is written on its own; amount: bytes per second. */
    DRIP(true),
    /** One bit of a random byte is inverted now and then; amount: one in so many bytes. */
    FLIP(true),
    /** No byte gets through while it lasts, as when a cable is pulled: what was sent meanwhile arrives after it. */
    BLACKHOLE(false),
    /** New connections are reset at once. */
    REFUSE(false),
    /** The connections of this moment never carry a byte again, and neither end is told. Happens once. */
    DROP(false),
    /** The connections of this moment are reset, at both ends. Happens once. */
    RESET(false),
    /** The connections of this moment end in one direction, in order, and stay open in the other. Happens once. */
    HALF_CLOSE(false);

    private final boolean hasAmount;

    FaultKind(boolean hasAmount) {
        this.hasAmount = hasAmount;
    }

    boolean hasAmount() {
        return hasAmount;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static FaultKind parse(String word) {
        return Arrays.stream(values())
                .filter(kind -> kind.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown fault '" + word + "' (known: "
                        + Arrays.stream(values()).map(FaultKind::word).collect(Collectors.joining(", ")) + ")"));
    }
}
