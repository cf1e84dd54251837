package io.troupe.metadata.internal.node;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.troupe.metadata.spi.PeerChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The {@link PeerChannel} of a node, shared by its groups: each has a channel of its own over it. Any thread. */
public final class GroupChannels {
    private static final Logger LOG = LoggerFactory.getLogger(GroupChannels.class);

    private final String nodeId;
    private final PeerChannel channel;
    private final AtomicReferenceArray<PeerChannel.Receiver> receivers;
    private final AtomicBoolean receiving = new AtomicBoolean();
    private final AtomicBoolean strangerSeen = new AtomicBoolean();

    /**
     * Channels of which none receives yet.
     *
     * @param nodeId  this node
     * @param groups  how many groups it has
     * @param channel reaches other nodes
     */
    public GroupChannels(String nodeId, int groups, PeerChannel channel) {
        this.nodeId = nodeId;
        this.channel = channel;
        receivers = new AtomicReferenceArray<>(groups);
    }

    /**
     * {@return the channel of a group; of a single group it is the node's}
     *
     * @param group the group
     */
    public PeerChannel of(int group) {
        return receivers.length() == 1 ? channel : new GroupChannel(group);
    }

    private void onMessage(String from, byte[] message) {
        int group = GroupEnvelope.group(message);
        if (group < 0 || group >= receivers.length()) {
            if (strangerSeen.compareAndSet(false, true)) {
                LOG.warn(
                        "node {}: dropped a message of node {} for a group that is none of the {} here: give both the same"
                                + " number of groups, and programs of the same version",
                        nodeId,
                        from,
                        receivers.length());
            }
            return;
        }
        PeerChannel.Receiver receiver = receivers.get(group);
        if (receiver != null) { // Else this group has not started; the sender repeats what matters.
            receiver.onMessage(from, GroupEnvelope.piece(message));
        }
    }

    private final class GroupChannel implements PeerChannel {
        private final int group;

        GroupChannel(int group) {
            this.group = group;
        }

        @Override
        public boolean send(String to, byte[] message) {
            return channel.send(to, GroupEnvelope.wrap(group, message));
        }

        @Override
        public boolean isLinked(String to) {
            return channel.isLinked(to);
        }

        @Override
        public void receiver(Receiver receiver) {
            receivers.set(group, receiver);
            if (receiving.compareAndSet(false, true)) {
                channel.receiver(GroupChannels.this::onMessage);
            }
        }
    }
}
