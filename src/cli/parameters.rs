//! `axcs parameters`: company category hierarchy and shipping charge code.

use clap::{Args, Subcommand};
use serde_json::json;

use super::set_up::SetUp;
use super::{Exit, Invocation, Refusal, print};
use crate::jobs::administration::{Administration, NewParameters};
use crate::model::exception::Documented;

#[derive(Debug, Args)]
pub struct ParametersArguments {
    #[command(subcommand)]
    command: Option<ParametersCommand>,
}

#[derive(Debug, Subcommand)]
enum ParametersCommand {
    /// The parameters, and what the company has to choose from
    Show,
    /// Set parameters; what is not given stays as it is
    #[command(after_help = "Both of them:\n  \
axcs parameters set --category-hierarchy \"Retail\" --shipping-charge-code FREIGHT\n\n\
Each has to be in the company. Empty text takes a parameter away: --shipping-charge-code \"\"\n\
Another hierarchy is uploaded by a complete run: axcs run complete")]
    Set(SetArguments),
}

#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
struct SetArguments {
    /// Company category hierarchy: the one that contains the products to sell online
    #[arg(long, value_name = "NAME")]
    category_hierarchy: Option<String>,
    /// Charges code for the shipping of orders whose store names none
    #[arg(long, value_name = "CODE")]
    shipping_charge_code: Option<String>,
}

/// `axcs parameters`
pub async fn parameters(
    invocation: &Invocation,
    arguments: ParametersArguments,
) -> Result<Exit, Refusal> {
    let settings = invocation.settings()?;
    if let Some(ParametersCommand::Set(_)) = &arguments.command {
        invocation.changes("Setting parameters")?;
    }
    let _guard = super::log::to_file_if_possible(&settings);
    let set_up = SetUp::open(&settings).await?;
    let administration = &set_up.administration;
    let done = match arguments.command {
        None | Some(ParametersCommand::Show) => show(invocation, administration).await,
        Some(ParametersCommand::Set(arguments)) => set(invocation, administration, arguments).await,
    };
    set_up.close().await;
    done
}

async fn show(invocation: &Invocation, administration: &Administration) -> Result<Exit, Refusal> {
    let set = administration.parameters().await?;
    let choices = administration.choices().await?;
    if invocation.json() {
        print::json(&json!({"parameters": set, "choices": choices}));
        return Ok(Exit::Done);
    }
    let or_none = |text: &str| {
        if text.is_empty() {
            "none".to_owned()
        } else {
            text.to_owned()
        }
    };
    let codes = choices.charges_codes.iter();
    let codes: Vec<&str> = codes.map(|code| code.code.as_str()).collect();
    print::facts(&[
        (
            "Company category hierarchy",
            or_none(&set.category_hierarchy),
        ),
        ("  to choose from", choices.category_hierarchies.join(", ")),
        ("Shipping charge code", or_none(&set.shipping_charges_code)),
        ("  to choose from", codes.join(", ")),
    ]);
    if !set.is_complete() {
        print::note(
            "Set them: axcs parameters set --category-hierarchy NAME --shipping-charge-code CODE",
        );
    }
    Ok(Exit::Done)
}

async fn set(
    invocation: &Invocation,
    administration: &Administration,
    arguments: SetArguments,
) -> Result<Exit, Refusal> {
    let before = administration.parameters().await?;
    let new = NewParameters {
        category_hierarchy: arguments.category_hierarchy,
        shipping_charges_code: arguments.shipping_charge_code,
    };
    let choices = administration.choices().await?;
    let set = choices.choose(&before, new).map_err(Refusal::wrong)?;
    administration.set_parameters(&set).await?;
    if invocation.json() {
        print::json(&set);
        return Ok(Exit::Done);
    }
    let difference = before.difference(&set);
    if difference.is_empty() {
        print::line("The parameters are as they were.");
    } else {
        print::line(format_args!("Set: {difference}."));
    }
    if before.category_hierarchy != set.category_hierarchy {
        print::note(Documented::CompleteRequired.text());
        print::note(Documented::CompleteRequired.remedy());
    }
    Ok(Exit::Done)
}
