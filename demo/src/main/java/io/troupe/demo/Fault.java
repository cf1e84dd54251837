package io.troupe.demo;

import java.util.Locale;

/** What else goes wrong during a run, besides the kill. */
enum Fault {
    NONE,
    /** A link between the driver and some node is closed again and again. */
    CUT_LINKS;

    static Fault parse(String text) {
        for (Fault fault : values()) {
            if (fault.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(text)) {
                return fault;
            }
        }
        throw new IllegalArgumentException("expected none or cut-links, but was '" + text + "'");
    }
}
