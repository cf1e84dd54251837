package io.troupe.cluster.internal.keys;

import java.nio.charset.StandardCharsets;

/**
 * What a node says of itself under {@link ClusterKeys#node}.
 *
 * @param hosts true if it can own shards
 */
public record NodeRecord(boolean hosts) {
    private static final byte[] HOST = "1 host".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CLIENT = "1 client".getBytes(StandardCharsets.US_ASCII);

    /** {@return the value to store} */
    public byte[] encode() {
        return (hosts ? HOST : CLIENT).clone();
    }

    /**
     * {@return the record}
     *
     * @param value a value under {@link ClusterKeys#NODES}
     */
    public static NodeRecord decode(byte[] value) {
        return new NodeRecord(java.util.Arrays.equals(value, HOST));
    }
}
