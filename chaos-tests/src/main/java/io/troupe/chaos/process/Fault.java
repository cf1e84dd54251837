package io.troupe.chaos.process;

/**
 * One thing that a {@link FaultProxy} does to its link. As text: {@code kind[@direction][=amount]}, for example
 * {@code delay=50}, {@code blackhole@forward}, {@code flip@backward=1000}.
 *
 * @param kind      what it does
 * @param direction to which bytes; REFUSE, DROP and RESET always concern both
 * @param amount    how much, in the unit of the kind; 0 for a kind that has none
 */
public record Fault(FaultKind kind, Direction direction, long amount) {
    /** Largest amount: keeps every computation with it inside a long. */
    public static final long MAX_AMOUNT = 1_000_000_000;

    /**
     * Checks that the kind and the amount belong together.
     *
     * @param kind      what it does
     * @param direction to which bytes
     * @param amount    how much
     * @throws IllegalArgumentException if the amount does not fit the kind
     */
    public Fault {
        if (kind.hasAmount() && (amount < 1 || amount > MAX_AMOUNT)) {
            throw new IllegalArgumentException("fault " + kind.word() + " needs an amount between 1 and " + MAX_AMOUNT
                    + ", not " + amount + ": write " + kind.word() + "=50");
        }
        if (!kind.hasAmount() && amount != 0) {
            throw new IllegalArgumentException("fault " + kind.word() + " takes no amount: leave out =" + amount);
        }
    }

    /**
     * A fault in both directions.
     *
     * @param kind   what it does
     * @param amount how much
     * @return the fault
     */
    public static Fault of(FaultKind kind, long amount) {
        return new Fault(kind, Direction.BOTH, amount);
    }

    /**
     * A fault that has no amount, in both directions.
     *
     * @param kind what it does
     * @return the fault
     */
    public static Fault of(FaultKind kind) {
        return of(kind, 0);
    }

    /**
     * Reads the text form.
     *
     * @param text {@code kind[@direction][=amount]}
     * @return the fault
     * @throws IllegalArgumentException naming what is unknown and what is known
     */
    public static Fault parse(String text) {
        int equals = text.indexOf('=');
        String head = equals < 0 ? text : text.substring(0, equals);
        int at = head.indexOf('@');
        FaultKind kind = FaultKind.parse(at < 0 ? head : head.substring(0, at));
        Direction direction = at < 0 ? Direction.BOTH : Direction.parse(head.substring(at + 1));
        if (equals < 0) {
            return new Fault(kind, direction, 0);
        }
        try {
            return new Fault(kind, direction, Long.parseLong(text.substring(equals + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "the amount of fault '" + text + "' must be a whole number: write " + kind.word() + "=50", e);
        }
    }

    @Override
    public String toString() {
        return kind.word()
                + (direction == Direction.BOTH ? "" : "@" + direction.word())
                + (kind.hasAmount() ? "=" + amount : "");
    }
}
