package io.troupe.demo.users;

/** What a command is answered with. */
public sealed interface Reply {
    /**
     * It took effect, and the log of a majority has it.
     *
     * @param changes how often the user has changed by then
     */
    record Accepted(long changes) implements Reply {}

    /**
     * It changed nothing.
     *
     * @param why what was in the way, and what to do
     */
    record Refused(String why) implements Reply {}
}
