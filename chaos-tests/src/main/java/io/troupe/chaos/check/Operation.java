package io.troupe.chaos.check;

import org.jspecify.annotations.Nullable;

/**
 * One operation on one register as the search sees it. Values are small numbers, {@link #ABSENT} for none.
 *
 * @param invocation what was asked
 * @param response what came back; absent if nothing did
 * @param isKnown whether it certainly took effect, so that it must have a place; otherwise it may have one
 * @param expected of a compare-and-set
 * @param value what it stores, or what a read returned
 */
record Operation(
        Event.Invocation invocation, Event.@Nullable Response response, boolean isKnown, int expected, int value) {
    static final int ABSENT = 0;

    Event.Kind kind() {
        return invocation.kind();
    }

    boolean isRefused() {
        return response != null && response.outcome() == Event.Outcome.REFUSED;
    }

    long calledAt() {
        return invocation.nanos();
    }

    /** Nothing bounds when an operation of unknown outcome takes effect. */
    long returnedAt() {
        return isKnown && response != null ? response.nanos() : Long.MAX_VALUE;
    }

    @Override
    public String toString() {
        String what = switch (kind()) {
            case READ -> "read -> " + shown(response == null ? null : response.value());
            case WRITE -> "write " + shown(invocation.value());
            case CAS ->
                "cas " + shown(invocation.expected()) + " to " + shown(invocation.value())
                        + (isRefused() ? ", refused" : "");
        };
        return invocation.op() + " of " + invocation.process() + " (" + what + (isKnown ? "" : ", outcome unknown")
                + ", from " + calledAt() + (isKnown ? " to " + returnedAt() : "") + ")";
    }

    private static String shown(@Nullable String value) {
        return value == null ? "absent" : "'" + value + "'";
    }
}
