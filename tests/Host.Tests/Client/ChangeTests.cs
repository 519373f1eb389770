using System.Globalization;

namespace PbKv.Host.Tests.Client;

[Collection("cluster")]
public class ChangeTests(Cluster cluster)
{
    private static int _keys;

    private readonly string _key = $"change{Interlocked.Increment(ref _keys)}";

    [Fact]
    public async Task Get_prints_the_revision_before_the_value_where_it_is_asked_to()
    {
        (await cluster.RunAsync("get", _key, "--revision")).Missing("");
        (await cluster.RunAsync("get", _key, "--revision", "--json")).Missing("{\"found\":false}\n");
        (await cluster.RunAsync("get", _key, "--revision", "--or", "none")).Done("0 none\n");
        (await cluster.RunAsync("put", _key, "v 1")).Done();
        var first = await RevisionAsync();
        (await cluster.RunAsync("get", _key, "--revision")).Done($"{first} v 1\n");
        (await cluster.RunAsync("get", _key, "--revision", "--raw")).Done($"{first} v 1");
        (await cluster.RunAsync("put", _key, "w")).Done();
        var second = await RevisionAsync();
        Assert.True(second > first);
        (await cluster.RunAsync("get", _key, "--revision", "--json")).Done(
            $"{{\"found\":true,\"value\":\"w\",\"valueBase64\":\"dw==\",\"revision\":{second},\"created\":{first}}}\n"
        );
    }

    [Fact]
    public async Task Put_stores_where_the_condition_holds_and_else_ends_with_a_code_of_its_own()
    {
        (await cluster.RunAsync("put", _key, "x", "--if-present")).NotDone("", "the key is not there");
        (await cluster.RunAsync("put", _key, "a", "--if-absent")).Done("");
        var first = await RevisionAsync();
        (await cluster.RunAsync("put", _key, "x", "--if-absent")).NotDone("", IsThere(first));
        (await cluster.RunAsync("put", _key, "x", "--if-value", "-5")).NotDone("", IsThere(first));
        (await cluster.RunAsync("put", _key, "x", "--if-revision", "0")).NotDone("", IsThere(first));
        (await cluster.RunAsync("put", _key, "b", "--if-present")).Done("");
        (await cluster.RunAsync("put", _key, "", "--if-value", "b")).Done("");
        (await cluster.RunAsync("put", _key, "d", "--if-value", "")).Done("");
        (await cluster.RunAsync("put", _key, "e", "--if-revision", $"{await RevisionAsync()}")).Done("");
        (await cluster.RunAsync("get", _key)).Done("e\n");
    }

    [Fact]
    public async Task Previous_prints_what_was_there_or_is_there_still()
    {
        (await cluster.RunAsync("put", _key, "a", "--previous")).Done("\n");
        (await cluster.RunAsync("put", _key, "b", "--previous")).Done("a\n");
        var revision = await RevisionAsync();
        (await cluster.RunAsync("put", _key, "x", "--previous", "--if-absent")).NotDone("b\n", IsThere(revision));
        (await cluster.RunAsync("delete", _key, "--previous")).Done("b\n");
    }

    [Fact]
    public async Task A_key_that_was_deleted_is_not_there()
    {
        (await cluster.RunAsync("delete", _key)).Done("");
        (await cluster.RunAsync("delete", _key, "--if-present")).NotDone("", "the key is not there");
        (await cluster.RunAsync("put", _key, "v")).Done();
        var revision = await RevisionAsync();
        (await cluster.RunAsync("delete", _key, "--if-value", "w")).NotDone("", IsThere(revision));
        (await cluster.RunAsync("delete", _key, "--if-revision", $"{revision}")).Done("");
        (await cluster.RunAsync("get", _key)).Missing("");
    }

    [Fact]
    public async Task Increment_prints_the_sum_and_fails_where_there_is_none()
    {
        (await cluster.RunAsync("increment", _key)).Done("1\n");
        (await cluster.RunAsync("increment", _key, "41")).Done("42\n");
        (await cluster.RunAsync("increment", _key, "-50")).Done("-8\n");
        (await cluster.RunAsync("increment", _key, "--json")).Done(
            $"{{\"sum\":-7,\"revision\":{await RevisionAsync()}}}\n"
        );
        (await cluster.RunAsync("increment", _key, $"{long.MinValue}")).Failed(1, "64 bits");
        (await cluster.RunAsync("put", _key, "v")).Done();
        (await cluster.RunAsync("increment", _key)).Failed(1, "nothing was added");
        var json = await cluster.RunAsync("increment", _key, "--json");
        Assert.Equal((1, json.Error), (json.Code, json.Output));
        Assert.StartsWith("{\"error\":\"NotANumber\",", json.Error);
        Assert.EndsWith("\"outcome\":\"notExecuted\"}\n", json.Error);
    }

    [Fact]
    public async Task Json_says_whether_it_is_done_what_was_there_and_the_revision()
    {
        (await cluster.RunAsync("put", _key, "v", "--if-absent", "--json")).Done(
            $"{{\"done\":true,\"existed\":false,\"revision\":{await RevisionAsync()}}}\n"
        );
        var revision = await RevisionAsync();
        var refused = await cluster.RunAsync("put", _key, "w", "--if-absent", "--previous", "--json");
        Assert.Equal((5, ""), (refused.Code, refused.Error));
        Assert.Equal(
            $"{{\"done\":false,\"existed\":true,\"revision\":{revision},"
                + "\"previous\":\"v\",\"previousBase64\":\"dg==\"}\n",
            refused.Output
        );
        var deleted = await cluster.RunAsync("delete", _key, "--json");
        Assert.StartsWith("{\"done\":true,\"existed\":true,\"revision\":", deleted.Done().Output);
        var absent = await cluster.RunAsync("delete", _key, "--if-present", "--json");
        Assert.Equal((5, "{\"done\":false,\"existed\":false,\"revision\":0}\n"), (absent.Code, absent.Output));
    }

    [Theory]
    [InlineData("'--if-absent' and '--if-value' are given", "put", "k", "v", "--if-value", "w", "--if-absent")]
    [InlineData("'--if-value' needs its VALUE", "put", "k", "v", "--if-value", "--json")]
    [InlineData("'many' is not a number from 0", "put", "k", "v", "--if-revision", "many")]
    [InlineData("'-1' is not a number from 0", "delete", "k", "--if-revision", "-1")]
    [InlineData("no option '--if-presnt'; did you mean '--if-present'", "delete", "k", "--if-presnt")]
    [InlineData("'v' is no whole number of 64 bits", "increment", "k", "v")]
    [InlineData("'9223372036854775808' is no whole number", "increment", "k", "9223372036854775808")]
    [InlineData("'pbkv delete' needs KEY", "delete")]
    public async Task Wrong_usage_ends_with_code_2_and_the_way_out(string said, params string[] arguments)
    {
        var result = await Pbkv.RunAsync(arguments);
        result.Failed(2, said, "--help");
        Assert.Equal("", result.Output);
    }

    private static string IsThere(long revision) => $"the key is there, at revision {revision}";

    private async Task<long> RevisionAsync()
    {
        var output = (await cluster.RunAsync("get", _key, "--revision")).Done().Output;
        return long.Parse(output.Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
