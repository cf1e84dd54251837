package io.troupe.actors.internal.durable;

import java.nio.ByteBuffer;

/**
 * A message that an entity gets later, as it stands in the store: format (1), due (8), period (8), catching up (1),
 * message. Big-endian, times in milliseconds of the cluster's clock.
 *
 * @param dueMillis    when it is due
 * @param periodMillis from one tick to the next; 0 for a single one
 * @param everyTick    whether ticks that were missed are all made up for, or only the last of them
 * @param message      receiver and body
 */
@SuppressWarnings("ArrayRecordComponent") // shared by contract
public record Reminder(long dueMillis, long periodMillis, boolean everyTick, byte[] message) {
    private static final byte FORMAT = 1;
    private static final int HEADER = 2 + 2 * Long.BYTES;

    /** {@return its bytes} */
    public byte[] encode() {
        return ByteBuffer.allocate(HEADER + message.length)
                .put(FORMAT)
                .putLong(dueMillis)
                .putLong(periodMillis)
                .put((byte) (everyTick ? 1 : 0))
                .put(message)
                .array();
    }

    /**
     * Reads what stands in the store.
     *
     * @param stored the bytes
     * @return the reminder
     * @throws IllegalArgumentException if it is none of this format
     */
    public static Reminder decode(byte[] stored) {
        ByteBuffer buffer = ByteBuffer.wrap(stored);
        if (stored.length < HEADER || buffer.get() != FORMAT) {
            throw new IllegalArgumentException("no reminder of format " + FORMAT + ": " + stored.length + " bytes"
                    + (stored.length == 0 ? "" : " of format " + stored[0]));
        }
        long due = buffer.getLong();
        long period = buffer.getLong();
        boolean everyTick = buffer.get() != 0;
        byte[] message = new byte[buffer.remaining()];
        buffer.get(message);
        return new Reminder(due, period, everyTick, message);
    }

    /** {@return true if it has more than one tick} */
    public boolean isPeriodic() {
        return periodMillis > 0;
    }

    /**
     * {@return the same for the tick after this one}
     *
     * @param nowMillis the time
     */
    public Reminder next(long nowMillis) {
        long missed = everyTick ? 0 : Math.max(0, (nowMillis - dueMillis) / periodMillis);
        return new Reminder(dueMillis + (missed + 1) * periodMillis, periodMillis, everyTick, message);
    }
}
