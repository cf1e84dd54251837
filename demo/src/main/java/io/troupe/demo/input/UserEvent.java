package io.troupe.demo.input;

/** Something that a user does, as plain values. */
public sealed interface UserEvent {
    /** {@return who does it: the id of a mall, '-', and the id of a user} */
    String user();

    /**
     * Logs in.
     *
     * @param user          who
     * @param device        where
     * @param atMillis      when, in milliseconds since 1970
     * @param goodForMillis for how long
     */
    record LogIn(String user, String device, long atMillis, long goodForMillis) implements UserEvent {}

    /**
     * Logs out.
     *
     * @param user who
     */
    record LogOut(String user) implements UserEvent {}

    /**
     * Changes the profile.
     *
     * @param user  who
     * @param name  the new name
     * @param email the new address
     */
    record Profile(String user, String name, String email) implements UserEvent {}

    /**
     * Gives points away.
     *
     * @param user   who
     * @param to     to whom
     * @param points how many
     */
    record Gift(String user, String to, long points) implements UserEvent {}
}
