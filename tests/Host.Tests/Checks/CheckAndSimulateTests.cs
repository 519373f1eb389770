using System.Text.Json;

namespace PbKv.Host.Tests.Checks;

public class CheckAndSimulateTests
{
    [Fact]
    public async Task A_set_up_is_checked_and_told_in_json()
    {
        var result = (
            await Pbkv.RunAsync("check", "--setup", "one-clerk-one-server", "--seconds", "2", "--json")
        ).Done();
        var setup = JsonDocument.Parse(result.Output).RootElement.GetProperty("setups").EnumerateArray().Single();
        Assert.Equal("one-clerk-one-server", setup.GetProperty("name").GetString());
        Assert.True(
            setup.GetProperty("states").GetInt64() > 100
                && setup.GetProperty("depth").GetInt32() > 0
                && setup.GetProperty("statesPerSecond").GetDouble() > 0
        );
        Assert.NotEmpty(setup.GetProperty("goals").EnumerateObject());
        Assert.Empty(setup.GetProperty("violations").EnumerateArray());
    }

    [Fact]
    public async Task A_seed_is_simulated_alike_by_two_processes()
    {
        string[] arguments = ["simulate", "--seeds", "5", "--seed", "42", "--profile", "all", "--json"];
        var runs = await Task.WhenAll(Pbkv.RunAsync(arguments), Pbkv.RunAsync(arguments));
        var reports = runs.Select(run => JsonDocument.Parse(run.Done().Output).RootElement).ToArray();
        Assert.All(
            reports,
            report =>
                Assert.Equal(
                    (5, 42UL),
                    (report.GetProperty("seeds").GetInt32(), report.GetProperty("firstSeed").GetUInt64())
                )
        );
        Assert.True(reports[0].GetProperty("operations").GetInt64() > 0);
        Assert.Equal(reports[0].GetProperty("traceHash").GetString(), reports[1].GetProperty("traceHash").GetString());
        Assert.True(reports[0].GetProperty("reached").TryGetProperty("failovers", out _));
        Assert.Empty(reports[0].GetProperty("violations").EnumerateArray());
    }

    [Fact]
    public async Task For_people_both_end_with_a_verdict()
    {
        Assert.EndsWith(
            "no promise was broken.\n",
            (await Pbkv.RunAsync("simulate", "--seeds", "2", "--profile", "crashstorm")).Done().Output
        );
        Assert.EndsWith(
            "Nothing found that breaks a promise.\n",
            (await Pbkv.RunAsync("check", "--setup", "one-clerk-one-server", "--seconds", "2")).Done().Output
        );
    }

    [Theory]
    [InlineData("'primary-crash'; did you mean 'primary-crashes'", "check", "--setup", "primary-crash")]
    [InlineData("name it with --setup", "check", "--replay", "1.2")]
    [InlineData("step 1 (\"nonsense\") is not possible", "check", "--setup", "primary-crashes", "--replay", "nonsense")]
    [InlineData("there is no profile 'stormy'", "simulate", "--profile", "stormy")]
    [InlineData("'x' is no seed", "simulate", "--seed", "x")]
    public async Task Wrong_usage_ends_with_code_2_and_the_way_out(string said, params string[] arguments) =>
        (await Pbkv.RunAsync(arguments)).Failed(2, said);
}
