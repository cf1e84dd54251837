package io.troupe.metadata.internal.ratis;

import java.nio.file.Path;
import java.util.Objects;

import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.internal.follow.MetadataFollower;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static io.troupe.metadata.internal.ratis.Voters.get;
import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class RelayedLeaseTest {
    private static final int LEASE_MS = 500;
    /** Each renewal waits for the leader's next tick, so these take several leases. */
    private static final int RENEWALS = 40;

    @TempDir
    private Path directory;

    @Test
    void aNodeThatReachesTheLeaderOverAnotherVoterOnlyKeepsItsLeaseAndWrites() {
        try (Voters voters = new Voters(directory, 3).start("n1", "n2", "n3")) {
            RatisMetadataStore leader = voters.leader();
            MetadataFollower cutOff = voters.follower("f1", "t/");
            SessionId session = get(cutOff.openSession(LEASE_MS));
            voters.network.cut("f1", leader.nodeId());
            for (int i = 0; i < RENEWALS; i++) {
                get(cutOff.keepAlive());
            }
            assertThat(get(cutOff.txn(Txn.of(new Op.Put("t/a", new byte[] {1}))))
                            .succeeded())
                    .isTrue();
            assertThat(voters.leader()).isSameAs(leader);
            assertThat(Objects.requireNonNull(leader.view().session("f1")).id()).isEqualTo(session);
        }
    }
}
