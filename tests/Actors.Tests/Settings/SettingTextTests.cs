namespace PbKv.Actors.Tests.Settings;

public class SettingTextTests
{
    [Theory]
    [InlineData("100ms", 100)]
    [InlineData("1.5s", 1500)]
    [InlineData("2 m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("250", 250)]
    public void Durations_are_a_number_and_a_unit(string text, double milliseconds)
    {
        Assert.True(SettingText.TryDuration(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ms")]
    [InlineData("-1s")]
    [InlineData("1s2")]
    [InlineData("1 1s")]
    [InlineData("1e9s")]
    [InlineData("99999999999999999999d")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(SettingText.TryDuration(text, out _));

    [Theory]
    [InlineData("64KiB", 64 << 10)]
    [InlineData("1MiB", 1 << 20)]
    [InlineData("1.5 MiB", 3 << 19)]
    [InlineData("2MB", 2_000_000)]
    [InlineData("128000b", 128_000)]
    [InlineData("7", 7)]
    public void Sizes_are_a_number_and_a_unit(string text, long bytes)
    {
        Assert.True(SettingText.TrySize(text, out var size));
        Assert.Equal(bytes, size);
    }

    [Theory]
    [InlineData(100, "100ms")]
    [InlineData(1500, "1500ms")]
    [InlineData(30_000, "30s")]
    [InlineData(3_600_000, "1h")]
    public void Durations_are_written_in_the_largest_unit_that_leaves_them_whole(double milliseconds, string text) =>
        Assert.Equal(text, SettingText.OfDuration(TimeSpan.FromMilliseconds(milliseconds)));

    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("", "abc", 3)]
    [InlineData("same", "same", 0)]
    public void Distance_counts_the_letters_to_change(string first, string second, int distance) =>
        Assert.Equal(distance, Spelling.Distance(first, second));

    [Theory]
    [InlineData("stats", "status")]
    [InlineData("puthsh", "puthash")]
    [InlineData("apned", "append")]
    [InlineData("del", null)]
    [InlineData("frobnicate", null)]
    public void A_word_that_is_nearly_right_finds_the_one_that_was_meant(string word, string? meant) =>
        Assert.Equal(meant, Spelling.Nearest(word, ["get", "put", "puthash", "append", "status"]));
}
