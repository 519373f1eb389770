using System.Text.Json;

namespace PbKv.Host.Tests.Client;

[Collection("cluster")]
public class StatusAndLoadTests(Cluster cluster)
{
    private static readonly string[] ServerFields =
    [
        "address",
        "role",
        "keys",
        "bytes",
        "era",
        "position",
        "sessions",
        "digest",
        "pingAgeMs",
    ];

    [Fact]
    public async Task Status_json_has_the_fields_of_the_contract()
    {
        var result = (await cluster.RunAsync("status", "--json")).Done();
        Assert.Single(result.Output.TrimEnd('\n').Split('\n'));
        var status = new Status(JsonDocument.Parse(result.Output).RootElement);
        Assert.True(status.Number >= 2 && status.Acknowledged && status.Synced);
        Assert.True(status.Json.GetProperty("view").GetProperty("messages").GetInt64() > 0);
        var servers = status.Json.GetProperty("servers").EnumerateArray().ToList();
        Assert.Equal(2, servers.Count);
        Assert.All(
            servers,
            server => Assert.All(ServerFields, field => Assert.True(server.TryGetProperty(field, out _), field))
        );
    }

    [Fact]
    public async Task Status_for_people_names_the_view_and_every_server()
    {
        var status = await cluster.StatusAsync();
        var text = (await cluster.RunAsync("status")).Done().Output;
        Assert.StartsWith(
            $"view {status.Number}: primary {status.Primary}, backup {status.Backup}; acknowledged, synced\n",
            text
        );
        Assert.Matches(@"SERVER +ROLE +KEYS +BYTES +MEMORY +POSITION +SESSIONS +PING AGE", text);
        Assert.Matches($@"{status.Primary} +primary ", text);
        Assert.Matches($@"{status.Backup} +backup ", text);
        Assert.DoesNotContain('\u001b', text);
    }

    [Fact]
    public async Task Watched_status_is_one_object_a_line_until_a_signal()
    {
        using var watch = Pbkv.Start("status", "--watch", "--json", "--view", cluster.View);
        await watch.WaitForOutputAsync(text => text.Count(c => c == '\n') >= 2);
        watch.Send(Signal.Interrupt);
        var result = (await watch.WaitForExitAsync()).Done();
        Assert.All(
            result.Output.TrimEnd('\n').Split('\n'),
            line => Assert.True(new Status(JsonDocument.Parse(line).RootElement).Acknowledged)
        );
    }

    [Fact]
    public async Task Load_stores_as_many_keys_of_the_size_as_it_was_told()
    {
        Assert.Matches(
            "^3,000 keys, .* s \\(.* keys/s\\)\n$",
            (await cluster.RunAsync("load", "--keys", "3000", "--value-size", "10", "--prefix", "ld:")).Done().Output
        );
        Assert.Equal("abcdefghij\n", (await cluster.RunAsync("get", "ld:0")).Done().Output);
        Assert.Equal("abcdefghij\n", (await cluster.RunAsync("get", "ld:2999")).Done().Output);
        (await cluster.RunAsync("get", "ld:3000")).Missing("");
        var json = JsonDocument
            .Parse((await cluster.RunAsync("load", "--keys", "5", "--prefix", "ld:", "--json")).Done().Output)
            .RootElement;
        Assert.Equal((true, 5), (json.GetProperty("ok").GetBoolean(), json.GetProperty("keys").GetInt32()));
    }

    [Theory]
    [InlineData("'pbkv load' needs --keys", "load")]
    [InlineData("'none'", "load", "--keys", "none")]
    [InlineData("'-1'", "load", "--keys", "5", "--value-size", "-1")]
    public async Task Load_says_what_it_needs(string said, params string[] arguments) =>
        (await Pbkv.RunAsync(arguments)).Failed(2, said);
}
