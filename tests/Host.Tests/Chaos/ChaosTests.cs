using System.Text.Json;

namespace PbKv.Host.Tests.Chaos;

/// <summary>
/// A few seconds of chaos: that it runs, tells what it saw, and leaves nothing behind. Long runs are started by hand
/// and by .ci/run.
/// </summary>
public class ChaosTests
{
    /// <summary>On every node's command line, so that they can be found.</summary>
    private readonly string _mark = $"chaos-{Guid.NewGuid():N}";

    [Fact]
    public async Task A_short_run_passes_and_leaves_no_process_behind()
    {
        var seed = (uint)Random.Shared.Next();
        var result = await Pbkv.RunAsync(
            "chaos",
            "--minutes",
            "0.1",
            "--seed",
            $"{seed}",
            "--faults",
            "kill",
            "--replicas",
            "2",
            "--clients",
            "3",
            "--json",
            "-D",
            $"pbkv.group={_mark}",
            "-D",
            "pbkv.ping-interval=200ms"
        );
        Assert.True(result.Code == 0, $"seed {seed}: {result.Output}{result.Error}");
        var verdict = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal("pass", verdict.GetProperty("verdict").GetString());
        Assert.Equal(seed, verdict.GetProperty("seed").GetUInt32());
        Assert.NotEqual(0, verdict.GetProperty("faults").GetProperty("kill").GetInt32());
        Assert.NotEqual(0, verdict.GetProperty("viewChanges").GetInt32());
        Assert.Empty(Marked());
    }

    [Fact]
    public async Task An_interrupted_run_is_no_pass_and_leaves_no_process_behind()
    {
        using var chaos = Pbkv.Start(
            "chaos",
            "--minutes",
            "10",
            "--faults",
            "stop",
            "--replicas",
            "2",
            "--clients",
            "2",
            "--json",
            "-D",
            $"pbkv.group={_mark}",
            "-D",
            "pbkv.ping-interval=200ms"
        );
        await chaos.WaitForErrorAsync(text => text.Contains(" stop: ", StringComparison.Ordinal));
        Assert.Equal(4, Marked().Count);
        // As a terminal does it.
        using var kill = new Child(["kill", "-INT", .. Marked()]);
        var result = await chaos.WaitForExitAsync();
        Assert.Equal(1, result.Code);
        Assert.Contains("interrupted", result.Output, StringComparison.Ordinal);
        Assert.Contains("incomplete", result.Output, StringComparison.Ordinal);
        Assert.Empty(Marked());
    }

    [Fact]
    public async Task Namespaces_are_used_and_gone_or_it_is_said_what_they_need()
    {
        var result = await Pbkv.RunAsync(
            "chaos",
            "--minutes",
            "0.1",
            "--faults",
            "netns,kill",
            "--replicas",
            "2",
            "--clients",
            "2",
            "--json",
            "-D",
            $"pbkv.group={_mark}"
        );
        if (result.Output.Contains("verdict", StringComparison.Ordinal))
            Assert.True(result.Code == 0, result.Output + result.Error);
        else
            Assert.Contains("needs root and iproute2", result.Error, StringComparison.Ordinal);
        Assert.Empty(Marked());
    }

    [Fact]
    public async Task Nodes_that_stand_still_most_of_the_time_change_no_view()
    {
        // The tests beside it take from the machine too, which no default is made for.
        var result = await Pbkv.RunAsync(
            "chaos",
            "--starved",
            "stops-300",
            "--minutes",
            "0.2",
            "--json",
            "-D",
            "pbkv.ping-interval=200ms"
        );
        Assert.True(result.Code == 0, result.Output + result.Error);
        Assert.Equal(0, JsonDocument.Parse(result.Output).RootElement.GetProperty("viewChanges").GetInt32());
    }

    [Theory]
    [InlineData("--starved", "hunger")]
    [InlineData("--minutes", "0")]
    [InlineData("--faults", "quake")]
    [InlineData("--replicas", "1")]
    [InlineData("--views", "2")]
    public async Task A_wrong_option_is_a_usage_error(string option, string value) =>
        (await Pbkv.RunAsync("chaos", option, value)).Failed(2, value);

    /// <summary>The processes' numbers.</summary>
    private List<string> Marked() =>
        Directory
            .EnumerateDirectories("/proc")
            .Where(folder => int.TryParse(Path.GetFileName(folder), out _))
            .Where(folder => CommandLine(folder).Contains(_mark, StringComparison.Ordinal))
            .Select(folder => Path.GetFileName(folder))
            .ToList();

    private static string CommandLine(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline"));
        }
        catch (IOException)
        {
            // Gone since it was listed.
            return "";
        }
    }
}
