package io.troupe.cluster.internal.handoff;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.troupe.cluster.internal.delivery.End;
import io.troupe.metadata.SessionId;

/**
 * One part of what the old owner of a shard hands over: for each channel how far its sender is, and what has ended
 * above that.
 *
 * @param shard    the shard
 * @param moveId   the revision of the record that ordered the move
 * @param part     which part this is, from 0
 * @param parts    how many there are
 * @param channels the channels, or parts of them
 */
public record Transfer(int shard, long moveId, int part, int parts, List<Channel> channels) {
    /** Most parts of one transfer. */
    public static final int MAX_PARTS = 4096;

    /** Bytes of one part, as near as possible: what surely fits into a frame. */
    static final int PART_LENGTH = 96 * 1024;

    private static final int ENTRY_LENGTH = 16;

    /**
     * What one channel hands over.
     *
     * @param source the sender's session
     * @param floor  the highest floor it has sent
     * @param ended  what has ended at or above the floor, by sequence
     */
    public record Channel(SessionId source, long floor, Map<Long, End> ended) {}

    /**
     * {@return a transfer in parts that fit into frames; at least one}
     *
     * @param shard    the shard
     * @param moveId   the move
     * @param channels all channels
     */
    public static List<Transfer> split(int shard, long moveId, List<Channel> channels) {
        List<List<Channel>> parts = new ArrayList<>();
        List<Channel> part = new ArrayList<>();
        int length = 0;
        for (Channel channel : channels) {
            TreeMap<Long, End> ended = new TreeMap<>();
            for (Map.Entry<Long, End> entry : channel.ended().entrySet()) {
                ended.put(entry.getKey(), entry.getValue());
                length += ENTRY_LENGTH + entry.getValue().reply().length;
                if (length > PART_LENGTH) {
                    part.add(new Channel(channel.source(), channel.floor(), ended));
                    parts.add(part);
                    part = new ArrayList<>();
                    ended = new TreeMap<>();
                    length = 0;
                }
            }
            part.add(new Channel(channel.source(), channel.floor(), ended));
            length += ENTRY_LENGTH + channel.source().nodeId().length();
        }
        parts.add(part);
        List<Transfer> transfers = new ArrayList<>();
        for (int number = 0; number < parts.size(); number++) {
            transfers.add(new Transfer(shard, moveId, number, parts.size(), parts.get(number)));
        }
        return transfers;
    }

    /**
     * The new owner has a part.
     *
     * @param shard  the shard
     * @param moveId the move
     * @param part   which part
     */
    public record Received(int shard, long moveId, int part) {}
}
