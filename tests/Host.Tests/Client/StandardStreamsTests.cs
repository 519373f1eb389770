namespace PbKv.Host.Tests.Client;

/// <summary>What scripts do to standard input and output.</summary>
[Collection("cluster")]
public class StandardStreamsTests(Cluster cluster)
{
    [Theory]
    [InlineData("status", "--watch")]
    [InlineData("status", "--watch", "--json")]
    [InlineData("load", "--keys", "3", "--prefix", "streams:")]
    public async Task A_reader_that_has_had_enough_ends_the_program_and_is_no_failure(params string[] arguments) =>
        (await InShellAsync("\"$@\" | head -c 1 | wc -c; exit ${PIPESTATUS[0]}", arguments)).Done("1\n");

    [Theory]
    [InlineData("\"$@\" >&-", "it is closed")]
    [InlineData("\"$@\" > /dev/full", "No space left")]
    public async Task An_answer_that_cannot_be_written_is_one_line_and_an_unknown_outcome(string script, string reason)
    {
        (await InShellAsync(script, "puthash", "streams:h", "v")).Failed(3, "standard output", reason);
        var json = await InShellAsync(script, "puthash", "streams:h", "v", "--json");
        json.Failed(3, "\"error\":\"InputOutput\"", "\"outcome\":\"unknown\"");
    }

    [Fact]
    public async Task What_answers_nothing_needs_no_standard_output() =>
        (await InShellAsync("\"$@\" >&-", "put", "streams:k", "v")).Done();

    [Fact]
    public async Task A_standard_input_that_is_not_there_is_no_empty_value()
    {
        (await cluster.RunAsync("put", "streams:in", "before")).Done();
        (await InShellAsync("\"$@\" <&-", "put", "streams:in", "-")).Failed(1, "standard input");
        (await cluster.RunAsync("get", "streams:in")).Done("before\n");
    }

    [Fact]
    public async Task Without_standard_error_the_exit_code_has_to_do()
    {
        var ended = await InShellAsync("\"$@\" 2>&-", "get", "");
        Assert.Equal((1, "", ""), (ended.Code, ended.Output, ended.Error));
    }

    [Fact]
    public async Task Several_programs_write_one_file_one_after_the_other()
    {
        (await cluster.RunAsync("put", "streams:f", "v")).Done();
        var script = "file=$(mktemp); (\"$@\"; \"$@\") > \"$file\"; \"$@\" >> \"$file\"; cat \"$file\"; rm \"$file\"";
        (await InShellAsync(script, "get", "streams:f")).Done("v\nv\nv\n");
    }

    [Fact]
    public async Task A_node_runs_where_nobody_can_read_its_ready_line()
    {
        using var view = Pbkv.StartInShell("exec \"$@\" >&-", "view", "--port", "0");
        await view.WaitForErrorAsync(log => log.Contains("Waiting"));
        view.Send(Signal.Terminate);
        Assert.Equal(0, (await view.WaitForExitAsync()).Code);
    }

    private Task<Ended> InShellAsync(string script, params string[] arguments) =>
        Pbkv.RunInShellAsync(script, [arguments[0], "--view", cluster.View, .. arguments[1..]]);
}
