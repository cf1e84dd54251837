package io.troupe.metadata.internal.ratis;

import static io.troupe.metadata.internal.ratis.Voters.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.troupe.metadata.Op;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThreeVotersTest {
    @TempDir
    private Path directory;

    @Test
    void everyVoterSeesWhatOneHasWritten() {
        try (Voters voters = new Voters(directory, 3).start("n1", "n2", "n3")) {
            for (String node : voters.running()) {
                get(voters.voter(node).openSession(5_000));
                TxnResult result = get(voters.voter(node).txn(Txn.of(new Op.Put("from/" + node, new byte[] {1}))));
                assertThat(result.succeeded()).isTrue();
                for (String other : voters.running()) {
                    get(voters.voter(other).awaitRevision(result.revision()));
                    assertThat(voters.voter(other).view().get("from/" + node)).isNotNull();
                }
            }
        }
    }
}
