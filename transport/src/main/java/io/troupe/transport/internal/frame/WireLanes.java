package io.troupe.transport.internal.frame;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import io.troupe.transport.Lane;

/** Lanes as numbers and bits, as a handshake says them. A number never means another lane. */
final class WireLanes {
    /** By their numbers. */
    private static final List<Lane> NUMBERED = List.of(Lane.CONTROL, Lane.ORDINARY, Lane.BULK);

    private WireLanes() {}

    static int number(Lane lane) {
        return NUMBERED.indexOf(lane);
    }

    static Lane lane(int number) throws FramingException {
        if (number < 0 || number >= NUMBERED.size()) {
            throw new FramingException("a handshake for lane " + number + ", which there is not");
        }
        return NUMBERED.get(number);
    }

    static int bits(Set<Lane> lanes) {
        int bits = 0;
        for (Lane lane : lanes) {
            bits |= 1 << number(lane);
        }
        return bits;
    }

    /** Whatever else a later version may want is left out. */
    static Set<Lane> lanes(int bits) {
        EnumSet<Lane> lanes = EnumSet.noneOf(Lane.class);
        for (Lane lane : NUMBERED) {
            if ((bits & (1 << number(lane))) != 0) {
                lanes.add(lane);
            }
        }
        return lanes;
    }
}
