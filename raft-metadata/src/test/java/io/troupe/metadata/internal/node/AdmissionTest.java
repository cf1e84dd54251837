package io.troupe.metadata.internal.node;

import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AdmissionTest {
    @Test
    void moreThanMaxPendingIsRefusedAndTakesNoPlace() {
        Admission admission = new Admission(10);
        admission.admit(8, 100);
        assertThatThrownBy(() -> admission.admit(3, 1))
                .isInstanceOfSatisfying(
                        MetadataException.class,
                        failure -> assertThat(failure.code()).isEqualTo(Code.BUSY))
                .hasMessageContaining("8 transactions wait already")
                .hasMessageContaining("maxPending (10)");
        admission.admit(2, 1);
        admission.release(10, 101);
        admission.admit(10, 1);
    }

    @Test
    void bytesAreBoundedButOneTransactionAlwaysFits() {
        Admission admission = new Admission(10);
        admission.admit(1, Admission.MAX_PENDING_LENGTH + 1);
        assertThatThrownBy(() -> admission.admit(1, 1)).hasMessageContaining("bytes wait already");
        admission.release(1, Admission.MAX_PENDING_LENGTH + 1);
        admission.admit(1, 1);
    }
}
