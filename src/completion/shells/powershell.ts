/**
 * Windows PowerShell 5.1 and PowerShell 7. The words go as base64: 5.1 drops empty arguments and breaks those with quotes, and b2d.cmd expands percent
 * signs. The answer is JSON in ASCII: 5.1 decodes a program's output by the console's code page.
 */
export const powershellScript = String.raw`# Completion of b2d's commands for PowerShell. For this shell:  b2d completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName b2d -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $ErrorActionPreference = 'SilentlyContinue'
    $exitCode = $global:LASTEXITCODE
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object {
        if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text }
    })
    $words += "$wordToComplete".TrimStart([char[]]@(39, 34))
    $code = [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($words -join [char]10))
    $text = & b2d __complete powershell $code 2>$null
    $global:LASTEXITCODE = $exitCode
    $answer = $text | ConvertFrom-Json
    foreach ($each in $answer.values) {
        [System.Management.Automation.CompletionResult]::new($each.text, $each.value, 'ParameterValue', $each.description)
    }
    if ($answer.paths) {
        $flag = ''
        $path = "$wordToComplete"
        if ($path -match '^(--[^=]+=)(.*)$') { $flag = $Matches[1]; $path = $Matches[2] }
        [System.Management.Automation.CompletionCompleters]::CompleteFilename($path) |
            Where-Object { $answer.paths -eq 'files' -or $_.ResultType -eq 'ProviderContainer' } |
            ForEach-Object { [System.Management.Automation.CompletionResult]::new($flag + $_.CompletionText, $_.ListItemText, $_.ResultType, $_.ToolTip) }
    } elseif ($answer -and @($answer.values).Count -eq 0) {
        '' # else PowerShell would offer files
    }
}
`;
