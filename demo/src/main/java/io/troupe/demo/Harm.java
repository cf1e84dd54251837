package io.troupe.demo;

import java.util.Locale;

/** What happens to the nodes that are hit. */
enum Harm {
    /** SIGKILL; if all die at once they are started again, else the victim stays dead. */
    KILL,
    /** SIGSTOP for several leases, and SIGCONT. */
    PAUSE,
    /** Each leaves in order and is started again, one after the other. */
    RESTART;

    static Harm parse(String text) {
        for (Harm harm : values()) {
            if (harm.label().equals(text)) {
                return harm;
            }
        }
        throw new IllegalArgumentException("expected kill, pause or restart, but was '" + text + "'");
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
