package io.troupe.demo;

/** What happens to the nodes that are hit. */
enum Harm {
    /** SIGKILL; if all die at once they are started again, else the victim stays dead. */
    KILL,
    /** SIGSTOP for several leases, and SIGCONT. */
    PAUSE,
    /** Each leaves in order and is started again, one after the other. */
    RESTART;

    static Harm parse(String text) {
        return Labels.parse(Harm.class, text);
    }

    String label() {
        return Labels.of(this);
    }
}
