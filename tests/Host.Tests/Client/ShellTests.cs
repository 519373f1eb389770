using System.Text;

namespace PbKv.Host.Tests.Client;

[Collection("cluster")]
public class ShellTests(Cluster cluster)
{
    [Fact]
    public async Task Each_line_is_answered_by_one_line()
    {
        await AssertAnswersAsync(
            ("put sh:k v", "ok"),
            ("get sh:k", "ok v"),
            ("get sh:never", "missing"),
            ("append sh:k ' w'", "ok"),
            ("get sh:k", "ok v w"),
            ("puthash sh:h a", "ok "),
            ("puthash sh:h b", "ok 3826002220"),
            ("put sh:empty \"\"", "ok"),
            ("get sh:empty", "ok "),
            ("put sh:esc \"q\\\" a\\' b\\\\ \\n\\r\\t\\x00\\xff\"", "ok"),
            ("get sh:esc", "ok q\" a' b\\\\ \\n\\r\\t\\x00\\xff"),
            ("put 'sh:two words' é", "ok"),
            ("get \"sh:two words\"", "ok é"),
            ("cas sh:k 'v w' x", "ok"),
            ("cas sh:k v y", "differs x"),
            ("cas sh:empty z y", "differs "),
            ("cas sh:never v y", "missing"),
            ("increment sh:n", "ok 1"),
            ("increment sh:n -5", "ok -4"),
            ("delete sh:n", "ok"),
            ("delete sh:n", "ok"),
            ("get sh:n", "missing")
        );
    }

    [Fact]
    public async Task A_line_that_is_wrong_is_answered_by_an_error_and_the_next_one_is_served()
    {
        await AssertAnswersAsync(
            (
                "frobnicate",
                "error Usage there is no command 'frobnicate'; there are get, put, puthash, append, delete, increment, "
                    + "cas, status"
            ),
            ("gett k", "error Usage there is no command 'gett'; did you mean 'get'?"),
            ("put k", "error Usage 'put' came with 1 word; it is written 'put KEY VALUE'"),
            (
                "get \"k",
                "error Usage the quote \" at column 5 is not closed; quotes hold together what blanks would part"
            ),
            ("put k \"a\\q\"", "error Usage unknown escape at column 9: known are \\\\ \\\" \\' \\n \\r \\t \\xHH"),
            ("cas k v", "error Usage 'cas' came with 2 words; it is written 'cas KEY EXPECTED VALUE'"),
            (
                "increment k 1 2",
                "error Usage 'increment' came with 3 words; it is written 'increment KEY [AMOUNT]', and blanks in "
                    + "a word need quotes"
            ),
            ("increment", "error Usage 'increment' came with 0 words; it is written 'increment KEY [AMOUNT]'"),
            ("increment k v", "error Usage 'v' is no whole number of 64 bits; it is what is added"),
            ("put sh:word v", "ok"),
            (
                "increment sh:word",
                "error NotANumber nothing was added: the value is no whole number of 64 bits, or not written as "
                    + "sums are"
            ),
            ("get \"\"", "error EmptyKey the key is empty: a key has at least one byte"),
            ("put sh:after ok", "ok")
        );
    }

    [Fact]
    public async Task Blank_lines_ask_nothing_and_a_last_line_needs_no_end()
    {
        var result = await cluster.RunWithInputAsync(
            Encoding.UTF8.GetBytes("\n  \r\nput sh:crlf v\r\nget sh:crlf"),
            "shell"
        );
        result.Done("ok\nok v\n");
    }

    [Fact]
    public async Task The_end_of_the_input_ends_it_with_code_0() => (await cluster.RunAsync("shell")).Done("");

    [Fact]
    public async Task An_answer_comes_before_the_next_line_is_asked()
    {
        using var shell = Pbkv.Start("shell", "--view", cluster.View);
        for (var i = 1; i <= 3; i++)
        {
            await shell.WriteLineAsync($"put sh:flush {i}");
            var answers = i;
            await shell.WaitForOutputAsync(text => text == string.Concat(Enumerable.Repeat("ok\n", answers)));
        }
    }

    [Fact]
    public async Task Status_is_the_object_of_status_json()
    {
        var status = await cluster.StatusAsync();
        Assert.True(status.Synced);
        Assert.Equal("primary", status.Role(status.Primary!));
        Assert.Equal("backup", status.Role(status.Backup!));
    }

    [Fact]
    public async Task A_signal_ends_a_shell_that_waits_for_a_line()
    {
        using var shell = Pbkv.Start("shell", "--view", cluster.View);
        await shell.WriteLineAsync("put sh:signal v");
        await shell.WaitForOutputAsync(text => text == "ok\n");
        shell.Send(Signal.Terminate);
        (await shell.WaitForExitAsync()).Done();
    }

    private async Task AssertAnswersAsync(params (string Line, string Answer)[] conversation)
    {
        var input = string.Concat(conversation.Select(turn => turn.Line + "\n"));
        var result = await cluster.RunWithInputAsync(Encoding.UTF8.GetBytes(input), "shell");
        var failed = conversation.Any(turn => turn.Answer.StartsWith("error ", StringComparison.Ordinal));
        Assert.Equal(failed ? 1 : 0, result.Code);
        Assert.Equal(conversation.Select(turn => turn.Answer), result.Output.TrimEnd('\n').Split('\n'));
    }
}
