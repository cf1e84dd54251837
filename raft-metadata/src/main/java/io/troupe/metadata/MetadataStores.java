package io.troupe.metadata;

import io.troupe.metadata.internal.follow.MetadataFollower;
import io.troupe.metadata.internal.ratis.RatisMetadataStore;
import io.troupe.metadata.spi.PeerChannel;

/** Where metadata stores come from. */
public final class MetadataStores {
    private MetadataStores() {}

    /**
     * Makes the store of one node; {@link MetadataStore#start()} starts it.
     *
     * @param config  how the node takes part: a voter keeps a replica, any other node follows one
     * @param channel reaches the other nodes
     * @return the store, not started
     */
    public static MetadataStore open(MetadataConfig config, PeerChannel channel) {
        return config.isVoter() ? new RatisMetadataStore(config, channel) : new MetadataFollower(config, channel);
    }
}
