package io.troupe.demo.users;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class UserKeyTest {
    @Property
    void whatIsWrittenIsReadAgain(
            @ForAll @StringLength(min = 1, max = 40) @CharRange(from = 'a', to = 'z') @Chars({'_', '.', '7', 'Q'})
                    String mall,
            @ForAll @StringLength(min = 1, max = 80) @CharRange(from = 'a', to = 'z') @Chars({'-', '_', '.', '7', 'Q'})
                    String user) {
        UserKey key = new UserKey(mall, user);
        assertThat(UserKey.parse(key.toString())).isEqualTo(key);
    }

    @Test
    void noTwoKeysHaveTheSameText() {
        assertThat(UserKey.parse("a-b-c")).isEqualTo(new UserKey("a", "b-c"));
        assertThatThrownBy(() -> new UserKey("a-b", "c"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "mall id 'a-b' must be 1 to 40 letters, digits, '_' or '.': the first '-' of a key ends it");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "anna   | user key 'anna' has no '-': write the mall's id, '-', and the user's, such as m7-anna",
                "''     | user key '' has no '-': write the mall's id, '-', and the user's, such as m7-anna",
                "-anna  | mall id '' must be 1 to 40 letters, digits, '_' or '.': the first '-' of a key ends it",
                "m/7-a  | mall id 'm/7' must be 1 to 40 letters, digits, '_' or '.': the first '-' of a key ends it",
                "m7-    | user id '' must be 1 to 80 letters, digits, '_', '.' or '-'",
                "m7-a b | user id 'a b' must be 1 to 80 letters, digits, '_', '.' or '-'",
                "m7-ä   | user id 'ä' must be 1 to 80 letters, digits, '_', '.' or '-'",
            })
    void aTextThatIsNoKeyIsRefused(String text, String message) {
        assertThatThrownBy(() -> UserKey.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void aKeyThatIsTooLongIsRefused() {
        assertThatThrownBy(() -> new UserKey("m".repeat(41), "a")).hasMessageContaining("must be 1 to 40 letters");
        assertThatThrownBy(() -> new UserKey("m", "a".repeat(81))).hasMessageContaining("must be 1 to 80 letters");
    }
}
