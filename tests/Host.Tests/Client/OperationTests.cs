using System.Text;

namespace PbKv.Host.Tests.Client;

[CollectionDefinition("cluster")]
public sealed class SharedCluster : ICollectionFixture<Cluster>;

[Collection("cluster")]
public class OperationTests(Cluster cluster)
{
    private static int _keys;

    private readonly string _key = $"key{Interlocked.Increment(ref _keys)}";

    [Fact]
    public async Task Put_says_nothing_and_get_prints_the_value_and_a_newline()
    {
        (await cluster.RunAsync("put", _key, "v 1")).Done("");
        (await cluster.RunAsync("get", _key)).Done("v 1\n");
        (await cluster.RunAsync("get", _key, "--raw")).Done("v 1");
    }

    [Fact]
    public async Task A_key_never_stored_has_an_exit_code_of_its_own_and_an_empty_value_has_not()
    {
        (await cluster.RunAsync("get", _key)).Missing("");
        (await cluster.RunAsync("get", _key, "--raw")).Missing("");
        (await cluster.RunAsync("get", _key, "--json")).Missing("{\"found\":false}\n");
        (await cluster.RunAsync("get", _key, "--or", "none")).Done("none\n");
        (await cluster.RunAsync("get", _key, "--or", "", "--raw")).Done("");
        (await cluster.RunAsync("put", _key, "")).Done("");
        (await cluster.RunAsync("get", _key, "--or", "none")).Done("\n");
    }

    [Fact]
    public async Task Append_appends_and_puthash_prints_the_previous_value()
    {
        (await cluster.RunAsync("append", _key, "a")).Done("");
        (await cluster.RunAsync("append", _key, "b")).Done("");
        (await cluster.RunAsync("puthash", _key, "c")).Done("ab\n");
        (await cluster.RunAsync("get", _key)).Done("440920331\n");
    }

    [Fact]
    public async Task Puthash_of_a_missing_key_prints_an_empty_line_and_stores_the_hash()
    {
        (await cluster.RunAsync("puthash", _key, "a")).Done("\n");
        (await cluster.RunAsync("get", _key)).Done("3826002220\n");
    }

    [Fact]
    public async Task A_dash_reads_the_value_from_standard_input_byte_for_byte()
    {
        byte[] value = [0, 255, 10, 13, 128, 10];
        (await cluster.RunWithInputAsync(value, "put", _key, "-")).Done("");
        Assert.Equal(value, (await cluster.RunAsync("get", "--raw", _key)).Done().OutputBytes);
        (await cluster.RunAsync("get", "--json", _key)).Done(
            $"{{\"found\":true,\"valueBase64\":\"{Convert.ToBase64String(value)}\"}}\n"
        );
    }

    [Fact]
    public async Task Behind_two_dashes_a_dash_is_a_dash_and_an_option_is_a_word()
    {
        (await cluster.RunAsync("put", "--", _key, "-")).Done("");
        (await cluster.RunAsync("get", _key)).Done("-\n");
        (await cluster.RunAsync("put", "--", _key, "--json")).Done("");
        (await cluster.RunAsync("get", _key)).Done("--json\n");
        (await cluster.RunAsync("put", _key, "-5")).Done("");
        (await cluster.RunAsync("get", _key)).Done("-5\n");
        (await cluster.RunAsync("put", _key, "@file")).Done("");
        (await cluster.RunAsync("get", _key)).Done("@file\n");
    }

    [Fact]
    public async Task Json_is_one_object()
    {
        (await cluster.RunAsync("put", _key, "wért \"x\"", "--json")).Done("{\"ok\":true}\n");
        (await cluster.RunAsync("append", _key, "!", "--json")).Done("{\"ok\":true}\n");
        var base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes("wért \"x\"!"));
        (await cluster.RunAsync("get", _key, "--json")).Done(
            $"{{\"found\":true,\"value\":\"wért \\\"x\\\"!\",\"valueBase64\":\"{base64}\"}}\n"
        );
        (await cluster.RunAsync("puthash", _key, "y", "--json")).Done(
            $"{{\"found\":true,\"value\":\"wért \\\"x\\\"!\",\"valueBase64\":\"{base64}\"}}\n"
        );
    }

    [Fact]
    public async Task What_the_store_refuses_is_surely_not_executed()
    {
        (await cluster.RunAsync("put", "", "v")).Failed(1, "key", "empty");
        (await cluster.RunAsync("put", new string('k', 5000), "v")).Failed(1, "5000", "pbkv.max-key-size");
        var big = new byte[(1 << 20) + 1];
        (await cluster.RunWithInputAsync(big, "put", _key, "-")).Failed(1, "1048577", "pbkv.max-value-size");
        (await cluster.RunWithInputAsync(big, "append", _key, "-")).Failed(
            1,
            "with 1048577 bytes more",
            "pbkv.max-value-size"
        );
        var json = await cluster.RunAsync("get", "", "--json");
        Assert.Equal(1, json.Code);
        Assert.StartsWith("{\"error\":\"EmptyKey\",\"message\":\"", json.Error);
        Assert.EndsWith("\"outcome\":\"notExecuted\"}\n", json.Error);
        Assert.Equal(json.Error, json.Output);
        var usage = await Pbkv.RunAsync("get", "--json", "--view", "127.0.0.1:1");
        Assert.Equal(2, usage.Code);
        Assert.StartsWith("{\"error\":\"Usage\",\"message\":\"'pbkv get' needs KEY", usage.Error);
    }

    [Fact]
    public async Task The_largest_value_goes_in_and_out()
    {
        var value = new byte[1 << 20];
        new Random(7).NextBytes(value);
        (await cluster.RunWithInputAsync(value, "put", _key, "-")).Done("");
        Assert.Equal(value, (await cluster.RunAsync("get", "--raw", _key)).Done().OutputBytes);
    }

    [Theory]
    [InlineData("'pbkv get' needs KEY", "get")]
    [InlineData("'pbkv put' needs VALUE", "put", "k")]
    [InlineData("'c' is one word too many", "put", "k", "b", "c")]
    [InlineData("no option '--jso'; did you mean '--json'", "get", "k", "--jso")]
    [InlineData("no option '--jso'", "put", "--jso", "v")]
    [InlineData("'30' is no duration", "get", "k", "--timeout", "30")]
    [InlineData("'--timeout' is given more than once", "get", "k", "--timeout", "1s", "--timeout", "2s")]
    [InlineData("'nowhere' is no address", "get", "k", "--view", "nowhere")]
    [InlineData("'b' is no address", "get", "k", "--view", "a:1,b")]
    [InlineData("'--view' needs", "get", "k", "--view")]
    [InlineData("no option '--raw'", "put", "k", "v", "--raw")]
    [InlineData("'-D pbkv' sets nothing", "get", "k", "-D", "pbkv")]
    [InlineData("pbkv.ping-intervall", "get", "k", "-D", "pbkv.ping-intervall=1s")]
    [InlineData("pbkv.dead-pings", "get", "k", "-D", "pbkv.dead-pings=many")]
    [InlineData("/nowhere/pbkv.conf", "get", "k", "--config", "/nowhere/pbkv.conf")]
    public async Task Wrong_usage_ends_with_code_2_and_the_way_out(string said, params string[] arguments)
    {
        var result = await Pbkv.RunAsync(arguments);
        result.Failed(2, said);
        Assert.Equal("", result.Output);
    }
}
